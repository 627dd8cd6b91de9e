"""How far a backout is."""

from typing import TypeGuard, get_args

from orchestrator.domain import events as e
from orchestrator.domain.baseline import Difference
from orchestrator.domain.lifecycle import LifecycleFault
from orchestrator.domain.noun import HostName, Many, Noun


class BackoutProgress(Noun):
    """How far a backout is: its hosts, and what the comparison with the baseline found.

    `restored` are epochs of later deployments that were here and were backed out before this backout began.
    """

    hosts: Many[HostName]
    reason: str
    by: str
    first_attempt: int
    restored: Many[int] = ()
    compared: bool = False
    differences: Many[Difference] = ()
    not_compared: dict[str, str] = {}


BackoutEvent = e.BackoutBegan | e.RestorationCompared
CHANGED_BY = frozenset(get_args(BackoutEvent))


def backout_after(backout: BackoutProgress | None, event: e.Event, attempts: int) -> BackoutProgress | None:
    """The backout after one more event, before which there were so many attempts. Raises LifecycleFault."""
    return _changed(backout, event, attempts) if _changes(event) else backout


def _changes(event: e.Event) -> TypeGuard[BackoutEvent]:
    return type(event) in CHANGED_BY


def _changed(backout: BackoutProgress | None, event: BackoutEvent, attempts: int) -> BackoutProgress:
    match event:
        case e.BackoutBegan(hosts=hosts, reason=reason, by=by, restored=restored):
            return BackoutProgress(
                hosts=hosts, reason=reason, by=by, first_attempt=attempts, restored=restored
            )
        case e.RestorationCompared():
            return _compared(backout, event)


def _compared(backout: BackoutProgress | None, event: e.RestorationCompared) -> BackoutProgress:
    if backout is None:
        raise LifecycleFault("A restoration is compared with no backout begun.")
    return BackoutProgress.of_valid(
        hosts=backout.hosts,
        reason=backout.reason,
        by=backout.by,
        first_attempt=backout.first_attempt,
        restored=backout.restored,
        compared=True,
        differences=event.differences,
        not_compared=dict(event.not_compared),
    )
