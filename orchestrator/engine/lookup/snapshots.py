"""The present state of deployments: the fold of the whole journal, continued from a kept fold where one fits."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.brief import Brief, brief_of
from orchestrator.domain.fold.fold import apply
from orchestrator.domain.journal.events import Recorded
from orchestrator.domain.journal.lifecycle import LifecycleFault
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.ports import Journal, Progress
from orchestrator.errors import NotFound, StoreFault

AT_ONCE = 100
"""Deployments whose progress is read at once; this many kept folds are in memory."""
KEEP_EVERY = 50
"""Events after which an open deployment's fold is kept again; a deployment that is over is kept at once."""
KEEP_LARGE = 5_000
"""Events times hosts after which a reader keeps the fold earlier, to save the next reader that work."""
KEEP_DRIVEN = 100_000
"""Events times hosts after which the driver keeps it; a deployment to a few hundred hosts never reaches this."""


def folded(journal: Journal, deployment: str) -> Deployment:
    """The deployment after all its events. Raises NotFound when it has none."""
    progress = journal.progress([deployment]).get(deployment)
    if progress is None:
        raise NotFound(f"There is no deployment {deployment}; `orch list` names those there are.")
    d = folded_after(journal, deployment, progress)
    if worth_keeping(d, _kept(progress)):
        journal.keep([d])
    return d


def folded_anew(journal: Journal, deployment: str) -> Deployment:
    """The same from its first event on, with no kept fold. Raises NotFound and StoreFault."""
    return folded_after(journal, deployment, Progress(1, None))


class Survey(NamedTuple):
    """The brief of every deployment that can be read, newest first; the reason, by id, for each that cannot."""

    briefs: list[Brief]
    unreadable: Mapping[str, str]


def every(journal: Journal) -> Iterator[Deployment]:
    """Every deployment that can be read, newest first, read lazily."""
    for _, d in each_of(journal, journal.deployments()):
        if isinstance(d, Deployment):
            yield d


def each_of(journal: Journal, names: Sequence[str]) -> Iterator[tuple[str, Deployment | StoreFault]]:
    """These deployments in this order, read lazily and many at once; the reason for each that cannot be read."""
    for start in range(0, len(names), AT_ONCE):
        yield from _each(journal, names[start : start + AT_ONCE])


def survey(journal: Journal, *, excluding: str = "") -> Survey:
    """All deployments except `excluding` in short, newest first; far faster than their folds.

    One that cannot be read costs no other: whoever must not overlook it asks for `unreadable`.
    """
    names = [name for name in journal.deployments() if name != excluding]
    known = dict(journal.briefs())
    unreadable: dict[str, str] = {}
    missing = [name for name in names if name not in known]
    for name, d in each_of(journal, missing):
        if isinstance(d, Deployment):
            known[name] = brief_of(d)
        else:
            unreadable[name] = str(d)
    return Survey([known[name] for name in names if name in known], unreadable)


def briefs(journal: Journal, *, excluding: str = "") -> list[Brief]:
    """The brief of every deployment except `excluding` that can be read, newest first."""
    return survey(journal, excluding=excluding).briefs


def open_ones(journal: Journal, *, excluding: str = "") -> Iterator[Deployment]:
    """Every open deployment except `excluding` that can be read, newest first."""
    for brief in briefs(journal, excluding=excluding):
        d = None if brief.over else _folded_or_fault(journal, brief.id)
        if isinstance(d, Deployment):
            yield d


def _folded_or_fault(journal: Journal, name: str) -> Deployment | StoreFault:
    try:
        return folded(journal, name)
    except StoreFault as fault:
        return fault


def worth_keeping(d: Deployment, kept: int, *, driven: bool = False) -> bool:
    """Whether to keep this fold, when the last kept fold ends with event `kept`."""
    new = d.seq - kept
    if driven:
        return new * len(d.targets) >= KEEP_DRIVEN
    return new >= KEEP_EVERY or new * len(d.targets) >= KEEP_LARGE or (new > 0 and d.over)


def _each(journal: Journal, names: Sequence[str]) -> Iterator[tuple[str, Deployment | StoreFault]]:
    progress = journal.progress(names)
    made: dict[str, Deployment | StoreFault] = {}
    for name in names:
        if name in progress:
            try:
                made[name] = folded_after(journal, name, progress[name])
            except StoreFault as fault:
                made[name] = fault
    whole = {name: d for name, d in made.items() if isinstance(d, Deployment)}
    journal.keep([d for name, d in whole.items() if worth_keeping(d, _kept(progress[name]))])
    yield from made.items()


def _kept(progress: Progress) -> int:
    return progress.kept.seq if progress.kept is not None else 0


def folded_after(journal: Journal, name: str, progress: Progress) -> Deployment:
    """The deployment that this progress is of, after all its events. Raises NotFound and StoreFault."""
    if progress.deleted_up_to:
        raise StoreFault(
            f"Events {progress.last + 1} to {progress.deleted_up_to} of {name} are missing: they were folded once, and then "
            "deleted. Copy the journal, then restore it from a backup."
        )
    so_far = progress.kept
    if so_far is None or so_far.seq < progress.last:
        for record in journal.read(name, after=so_far.seq if so_far is not None else 0):
            so_far = _applied(so_far, record)
    if so_far is None:
        raise NotFound(f"The journal of {name} is empty.")
    return so_far


def _applied(so_far: Deployment | None, record: Recorded) -> Deployment:
    """The deployment after one more stored event. What this version of orch never writes in this order was damaged."""
    try:
        return apply(so_far, record)
    except (LifecycleFault, LookupError, ValueError, TypeError, AttributeError, StopIteration) as fault:
        raise StoreFault(
            f"Event {record.seq} of {record.deployment} does not follow from those before it: {plain(str(fault), 300)} "
            "The journal was damaged or changed. Copy the journal, then restore it from a backup."
        ) from fault
