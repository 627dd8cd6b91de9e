"""The present state of deployments: the fold of the whole journal, continued from a kept fold where one fits."""

from collections.abc import Iterator, Sequence

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.brief import Brief, brief_of
from orchestrator.domain.fold.fold import apply
from orchestrator.engine.ports import Journal, Progress
from orchestrator.errors import NotFound

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
    d = _folded_on(journal, deployment, progress)
    if worth_keeping(d, _kept(progress)):
        journal.keep([d])
    return d


def every(journal: Journal) -> Iterator[Deployment]:
    """Every deployment, newest first, read lazily."""
    names = journal.deployments()
    for start in range(0, len(names), AT_ONCE):
        yield from _each(journal, names[start : start + AT_ONCE])


def briefs(journal: Journal, *, excluding: str = "") -> list[Brief]:
    """The brief of every deployment except `excluding`, newest first; far faster than their folds."""
    names = [name for name in journal.deployments() if name != excluding]
    known = dict(journal.briefs())
    missing = [name for name in names if name not in known]
    for start in range(0, len(missing), AT_ONCE):
        for d in _each(journal, missing[start : start + AT_ONCE]):
            known[d.id] = brief_of(d)
    return [known[name] for name in names]


def open_ones(journal: Journal, *, excluding: str = "") -> Iterator[Deployment]:
    """Every open deployment except `excluding`, newest first."""
    return (folded(journal, brief.id) for brief in briefs(journal, excluding=excluding) if not brief.over)


def worth_keeping(d: Deployment, kept: int, *, driven: bool = False) -> bool:
    """Whether to keep this fold, when the last kept fold ends with event `kept`."""
    new = d.seq - kept
    if driven:
        return new * len(d.targets) >= KEEP_DRIVEN
    return new >= KEEP_EVERY or new * len(d.targets) >= KEEP_LARGE or (new > 0 and d.over)


def _each(journal: Journal, names: Sequence[str]) -> Iterator[Deployment]:
    progress = journal.progress(names)
    made = {name: _folded_on(journal, name, progress[name]) for name in names if name in progress}
    journal.keep([d for name, d in made.items() if worth_keeping(d, _kept(progress[name]))])
    yield from made.values()


def _kept(progress: Progress) -> int:
    return progress.kept.seq if progress.kept is not None else 0


def _folded_on(journal: Journal, name: str, progress: Progress) -> Deployment:
    so_far = progress.kept
    if so_far is None or so_far.seq < progress.last:
        for record in journal.read(name, after=so_far.seq if so_far is not None else 0):
            so_far = apply(so_far, record)
    if so_far is None:
        raise NotFound(f"The journal of {name} is empty.")
    return so_far
