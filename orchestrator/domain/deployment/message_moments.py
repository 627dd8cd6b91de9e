"""Which moments of the communication plan an event reaches, and which it settles."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from orchestrator.domain.journal import events as e
from orchestrator.domain.plan.change_request import ChangeType
from orchestrator.domain.plan.communication import MessageMoment
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.rules.release_policy import ReleasePolicy


class MessagesContext(NamedTuple):
    """What of a deployment decides which moments count."""

    plan: ReleasePlan
    policy: ReleasePolicy | None
    change: ChangeType
    review_by: datetime | None
    rehearsal: bool


ReachedNow = tuple[MessageMoment, int | None, str]
"""The moment, its wave, and why."""
ENDS: frozenset[type] = frozenset(
    {
        e.Completed,
        e.CompletedWithExceptions,
        e.Restored,
        e.ResidueFound,
        e.DeploymentBackoutFailed,
        e.DeploymentRefused,
        e.DeploymentCancelled,
        e.Rejected,
    }
)
REACHING: frozenset[type] = ENDS | {
    e.Submitted,
    e.WindowOpened,
    e.WaveVerified,
    e.GateReached,
    e.DeploymentHeld,
    e.AttemptIntended,
    e.WaveFailed,
    e.WaveRejected,
    e.EarlyLifeFailed,
    e.BackoutBegan,
}
SETTLED_BY: dict[type, MessageMoment] = {
    e.Approved: "approval wanted",
    e.WindowOpened: "approval wanted",
    e.DeploymentRefused: "approval wanted",
    e.DeploymentCancelled: "approval wanted",
    e.Rejected: "approval wanted",
    e.Reviewed: "review due",
}
"""After these events nobody needs to be told of that moment any more."""


def moments_of(event: e.Event, context: MessagesContext) -> Iterator[ReachedNow]:
    """The moments that this event reaches."""
    yield from _on_the_way(event, context)
    yield from _waiting(event)
    yield from _going_wrong(event)
    if type(event) in ENDS:
        yield "end", None, _why(event)
        if context.review_by is not None:
            yield "review due", None, ""


def _on_the_way(event: e.Event, context: MessagesContext) -> Iterator[ReachedNow]:
    match event:
        case e.Submitted() if _asks_for_approval(context):
            yield "approval wanted", None, ""
        case e.WindowOpened(basis=basis):
            yield "start", None, basis
        case e.WaveVerified(wave=wave):
            yield "wave", wave, ""


def _waiting(event: e.Event) -> Iterator[ReachedNow]:
    match event:
        case e.GateReached(wave=wave, confirm=str() as role):
            yield "person wanted", wave, f"the gate waits for {role}"
        case e.DeploymentHeld(reason=reason):
            yield "person wanted", None, reason
        case e.AttemptIntended(manual=True, wave=wave):
            yield "person wanted", wave, "a step is done by hand"


def _going_wrong(event: e.Event) -> Iterator[ReachedNow]:
    match event:
        case e.WaveFailed(wave=wave, reason=reason) | e.WaveRejected(wave=wave, reason=reason):
            yield "failure", wave, reason
        case e.EarlyLifeFailed(reason=reason):
            yield "failure", None, reason
        case e.BackoutBegan(reason=reason):
            yield "backout", None, reason


def _why(event: e.Event) -> str:
    match event:
        case e.DeploymentRefused(reasons=reasons):
            return "; ".join(reasons)
        case e.DeploymentCancelled(reason=reason) | e.Rejected(reason=reason):
            return reason
    return ""


def _asks_for_approval(context: MessagesContext) -> bool:
    if context.plan.approval.required or context.change == "emergency":
        return True
    policy = context.policy
    return context.change != "standard" and policy is not None and bool(policy.approvals.before)
