"""Where deployments stand: always the fold of the whole journal, made from a kept beginning of it where one fits."""

from collections.abc import Iterator

from orchestrator.domain.deployment import Deployment
from orchestrator.domain.fold import apply
from orchestrator.engine.ports import Journal, Progress
from orchestrator.errors import NotFound

AT_ONCE = 100
"""Deployments whose progress is asked for at once; so many kept folds are in memory."""
KEEP_EVERY = 50
"""Events after which the fold of an open deployment is kept anew; that of one that is over is kept at once."""


def folded(journal: Journal, deployment: str) -> Deployment:
    """The deployment after all of its events. Raises NotFound when it has none."""
    found = list(_each(journal, [deployment]))
    if not found:
        raise NotFound(f"There is no deployment {deployment}; `orch list` names those there are.")
    return found[0]


def every(journal: Journal) -> Iterator[Deployment]:
    """Every deployment, newest first, each read only when it is asked for."""
    names = journal.deployments()
    for start in range(0, len(names), AT_ONCE):
        yield from _each(journal, names[start : start + AT_ONCE])


def _each(journal: Journal, names: list[str]) -> Iterator[Deployment]:
    progress = journal.progress(names)
    made = {name: _folded_on(journal, name, progress[name]) for name in names if name in progress}
    journal.keep([d for name, d in made.items() if _worth_keeping(d, progress[name].kept)])
    yield from made.values()


def _folded_on(journal: Journal, name: str, progress: Progress) -> Deployment:
    deployment = progress.kept
    if deployment is None or deployment.seq < progress.last:
        for record in journal.read(name, after=deployment.seq if deployment is not None else 0):
            deployment = apply(deployment, record)
    if deployment is None:
        raise NotFound(f"The journal of {name} is empty.")
    return deployment


def _worth_keeping(d: Deployment, kept: Deployment | None) -> bool:
    new = d.seq - (kept.seq if kept is not None else 0)
    return new >= KEEP_EVERY or (new > 0 and d.over)
