"""The progress of a backout."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypeGuard, get_args

from orchestrator.domain.authority.ground import Ground, by_a_person
from orchestrator.domain.authority.replacement import BackoutReplacement
from orchestrator.domain.deployment.rollout_progress import Failure, FailureStage
from orchestrator.domain.deployment.standing import Standing
from orchestrator.domain.evidence.baseline import Difference
from orchestrator.domain.evidence.task_changes import ChangesOn
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import LifecycleFault
from orchestrator.domain.text.model_base import HostName, Many, Noun


class FailureCause(Noun):
    """Why a rule began a backout: where the deployment failed, and what was the matter with the first host of it."""

    stage: FailureStage
    reason: str


class BackoutProgress(Noun):
    """The progress of a backout: its hosts, and the result of the comparison with the baseline.

    `restored` are epochs of later deployments to these machines that were backed out before this backout began, or that a
    person set aside; `despite` is what was set aside. `aborted`: a person aborted the deployment, and this backout follows
    from that. `replacement`: the playbook that is run instead of the approved one. `equal_first`: hosts that equalled their
    baseline before anything was run, and need no run. `uncovered`: what tasks changed and no item of the baseline covers.
    """

    hosts: Many[HostName]
    reason: str
    by: str
    first_attempt: int
    restored: Many[int] = ()
    reasons: Many[Ground] = ()
    cause: FailureCause | None = None
    despite: Many[e.SetAside] = ()
    aborted: bool = False
    replacement: BackoutReplacement | None = None
    compared_first: bool = False
    equal_first: Many[HostName] = ()
    compared: bool = False
    differences: Many[Difference] = ()
    not_compared: dict[str, str] = {}
    uncovered: Many[ChangesOn] = ()

    @property
    def by_a_person(self) -> bool:
        """Whether a person decided it, not a rule of plan or policy."""
        return by_a_person(self.reasons, self.by)


class BeforeBackout(NamedTuple):
    """The deployment before the event: the number of its attempts, the open abort, its failure, and its hosts."""

    attempts: int
    aborting: str | None
    failure: Failure | None
    standings: Mapping[str, Standing]


BackoutEvent = e.BackoutBegan | e.BackoutCompared | e.RestorationCompared
CHANGED_BY = frozenset(get_args(BackoutEvent))


def backout_after(
    backout: BackoutProgress | None, event: e.Event, before: BeforeBackout
) -> BackoutProgress | None:
    """The backout after one more event. Raises LifecycleFault."""
    return _changed(backout, event, before) if _changes(event) else backout


def _changes(event: e.Event) -> TypeGuard[BackoutEvent]:
    return type(event) in CHANGED_BY


def _changed(backout: BackoutProgress | None, event: BackoutEvent, before: BeforeBackout) -> BackoutProgress:
    match event:
        case e.BackoutBegan():
            return BackoutProgress.of_valid(
                hosts=event.hosts,
                reason=event.reason,
                by=event.by,
                first_attempt=before.attempts,
                restored=event.restored,
                reasons=event.reasons,
                cause=_cause(event, before),
                despite=event.despite,
                aborted=_follows_abort(event, before.aborting),
                replacement=event.replacement,
                uncovered=backout.uncovered if backout is not None else (),
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
        uncovered=(*_of_others(backout, event), *event.uncovered),
    )


def _of_others(backout: BackoutProgress, event: e.RestorationCompared) -> Iterator[ChangesOn]:
    """What an earlier backout left unproved on hosts that this one is not about."""
    named = {host for group in event.uncovered for host in group.hosts}
    for group in backout.uncovered:
        hosts = tuple(host for host in group.hosts if host not in {*backout.hosts, *named})
        if hosts:
            yield ChangesOn.updated(group, hosts=hosts)


def _cause(event: e.BackoutBegan, before: BeforeBackout) -> FailureCause | None:
    """In journals from before reasons had codes: the backout has the failure's own words as its reason."""
    failure, codes = before.failure, {reason.code for reason in event.reasons}
    if failure is None or not (
        codes == {"backout.failure"} or (not codes and event.reason == failure.reason)
    ):
        return None
    standings = (before.standings[host] for host in failure.hosts if host in before.standings)
    reason = next((standing.reason for standing in standings if standing.reason), failure.reason)
    return FailureCause(stage=failure.stage, reason=reason)


def _follows_abort(event: e.BackoutBegan, aborting: str | None) -> bool:
    """In journals from before reasons had codes: the backout names the open abort as its reason."""
    if event.reasons:
        return any(reason.code == "backout.aborted" for reason in event.reasons)
    return aborting is not None and event.by == aborting
