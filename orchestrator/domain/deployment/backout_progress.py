"""The progress of a backout."""

from typing import TypeGuard, get_args

from orchestrator.domain.authority.ground import Ground, by_a_person
from orchestrator.domain.authority.replacement import BackoutReplacement
from orchestrator.domain.evidence.baseline import Difference
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import LifecycleFault
from orchestrator.domain.text.model_base import HostName, Many, Noun


class BackoutProgress(Noun):
    """The progress of a backout: its hosts, and the result of the comparison with the baseline.

    `restored` are epochs of later deployments to these hosts that were backed out before this backout began. `aborted`: a
    person aborted the deployment, and this backout follows from that. `equal_first`: hosts that equalled their baseline
    before anything was run, and need no run. `replacement`: the playbook that is run instead of the approved one.
    """

    hosts: Many[HostName]
    reason: str
    by: str
    first_attempt: int
    restored: Many[int] = ()
    reasons: Many[Ground] = ()
    aborted: bool = False
    replacement: BackoutReplacement | None = None
    compared_first: bool = False
    equal_first: Many[HostName] = ()
    compared: bool = False
    differences: Many[Difference] = ()
    not_compared: dict[str, str] = {}

    @property
    def by_a_person(self) -> bool:
        """Whether a person decided it, not a rule of plan or policy."""
        return by_a_person(self.reasons, self.by)


BackoutEvent = e.BackoutBegan | e.BackoutCompared | e.RestorationCompared
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
                replacement=event.replacement,
            )
        case e.BackoutCompared(equal=equal):
            return _compared_first(backout, tuple(reference.host for reference in equal))
        case e.RestorationCompared():
            return _compared(backout, event)


def _compared_first(backout: BackoutProgress | None, equal: tuple[HostName, ...]) -> BackoutProgress:
    if backout is None:
        raise LifecycleFault("Hosts are compared with no backout begun.")
    return backout.model_copy(update={"compared_first": True, "equal_first": equal})


def _compared(backout: BackoutProgress | None, event: e.RestorationCompared) -> BackoutProgress:
    if backout is None:
        raise LifecycleFault("A restoration is compared with no backout begun.")
    return BackoutProgress.updated(
        backout,
        hosts=backout.hosts,
        reason=backout.reason,
        by=backout.by,
        first_attempt=backout.first_attempt,
        replacement=backout.replacement,
        compared_first=backout.compared_first,
        equal_first=backout.equal_first,
        compared=True,
        differences=event.differences,
        not_compared=dict(event.not_compared),
    )


def _follows_abort(event: e.BackoutBegan, aborting: str | None) -> bool:
    """In journals from before reasons had codes: the backout names the open abort as its reason."""
    if event.reasons:
        return any(reason.code == "backout.aborted" for reason in event.reasons)
    return aborting is not None and event.by == aborting
