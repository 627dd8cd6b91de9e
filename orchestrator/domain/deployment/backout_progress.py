"""The progress of a backout."""

from collections.abc import Iterator
from typing import TypeGuard, get_args

from orchestrator.domain.authority.ground import Ground, by_a_person
from orchestrator.domain.evidence.baseline import Difference
from orchestrator.domain.evidence.changes import ChangesOn
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import LifecycleFault
from orchestrator.domain.text.model_base import HostName, Many, Noun


class BackoutProgress(Noun):
    """The progress of a backout: its hosts, and the result of the comparison with the baseline.

    `restored` are epochs of later deployments to these hosts that were backed out before this backout began. `aborted`: a
    person aborted the deployment, and this backout follows from that. `uncovered`: what tasks changed and no item of the
    baseline covers.
    """

    hosts: Many[HostName]
    reason: str
    by: str
    first_attempt: int
    restored: Many[int] = ()
    reasons: Many[Ground] = ()
    aborted: bool = False
    compared: bool = False
    differences: Many[Difference] = ()
    not_compared: dict[str, str] = {}
    uncovered: Many[ChangesOn] = ()

    @property
    def by_a_person(self) -> bool:
        """Whether a person decided it, not a rule of plan or policy."""
        return by_a_person(self.reasons, self.by)


BackoutEvent = e.BackoutBegan | e.RestorationCompared
CHANGED_BY = frozenset(get_args(BackoutEvent))


def backout_after(
    backout: BackoutProgress | None, event: e.Event, attempts: int, aborting: str | None
) -> BackoutProgress | None:
    """The backout after one more event. `attempts` is their number, `aborting` the open abort, both before the event.

    Raises LifecycleFault.
    """
    return _changed(backout, event, attempts, aborting) if _changes(event) else backout


def _changes(event: e.Event) -> TypeGuard[BackoutEvent]:
    return type(event) in CHANGED_BY


def _changed(
    backout: BackoutProgress | None, event: BackoutEvent, attempts: int, aborting: str | None
) -> BackoutProgress:
    match event:
        case e.BackoutBegan():
            return BackoutProgress.of_valid(
                hosts=event.hosts,
                reason=event.reason,
                by=event.by,
                first_attempt=attempts,
                restored=event.restored,
                reasons=event.reasons,
                aborted=_follows_abort(event, aborting),
                uncovered=backout.uncovered if backout is not None else (),
            )
        case e.RestorationCompared():
            return _compared(backout, event)


def _compared(backout: BackoutProgress | None, event: e.RestorationCompared) -> BackoutProgress:
    if backout is None:
        raise LifecycleFault("A restoration is compared with no backout begun.")
    return BackoutProgress.updated(
        backout,
        hosts=backout.hosts,
        reason=backout.reason,
        by=backout.by,
        first_attempt=backout.first_attempt,
        compared=True,
        differences=event.differences,
        not_compared=dict(event.not_compared),
        uncovered=(*_of_others(backout, event), *event.uncovered),
    )


def _of_others(backout: BackoutProgress, event: e.RestorationCompared) -> Iterator[ChangesOn]:
    """What an earlier backout left unproved on hosts that this one is not about."""
    named = {host for group in event.uncovered for host in group.hosts}
    for group in backout.uncovered:
        hosts = tuple(host for host in group.hosts if host not in {*backout.hosts, *named})
        if hosts:
            yield ChangesOn.updated(group, hosts=hosts)


def _follows_abort(event: e.BackoutBegan, aborting: str | None) -> bool:
    """In journals from before reasons had codes: the backout names the open abort as its reason."""
    if event.reasons:
        return any(reason.code == "backout.aborted" for reason in event.reasons)
    return aborting is not None and event.by == aborting
