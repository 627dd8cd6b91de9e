"""What a deployment waits for people to do, while it is open and after its end. Words are made where they are shown."""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal, NamedTuple

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.brief import Brief
from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.plan.roles import same_role
from orchestrator.domain.text.format import counted
from orchestrator.policy.course.follow_up import reviews_missing, sign_offs_missing

AwaitedCode = Literal[
    "approval", "override", "confirmation", "step", "decision", "resume", "sign_off", "emergency_review", "review", "action"
]  # fmt: skip
"""`decision`: it is held. `resume`: it is paused. `review`: the one after the end. `action`: what a review agreed to do."""


AHEAD = frozenset({State.PLANNED, State.AWAITING_APPROVAL, State.SCHEDULED})


class Awaited(NamedTuple):
    """One thing that is waited for. `role`: in which it is done, where one is named; `due`: until when, where that is said."""

    code: AwaitedCode
    deployment: str
    role: str | None = None
    due: datetime | None = None


WORDS: dict[AwaitedCode, str] = {
    "approval": "approval",
    "override": "override of a freeze",
    "confirmation": "confirmation at its gate",
    "step": "a step by hand",
    "decision": "a decision: it is held",
    "resume": "to be resumed: it is paused",
    "sign_off": "sign-off",
    "emergency_review": "review of the emergency",
    "review": "post-implementation review",
    "action": "an action that was agreed",
}


def awaited_of_open(d: Deployment) -> Iterator[Awaited]:
    """What an open deployment waits for; nothing while it waits for time, or for hosts."""
    if d.over:
        return
    yield from _signed_words(d)
    gate, attempt = d.rollout.gate, d.open_attempt
    if gate is not None and gate.confirm is not None and not gate.confirmed and gate.soak_is_over:
        yield Awaited("confirmation", d.id, gate.confirm)
    if attempt is not None and attempt.manual:
        step = d.plan.stage_of(d.waves[attempt.wave]).manual_for(attempt.purpose)
        yield Awaited("step", d.id, step.role if step is not None else None)
    elif d.driving.hold is not None:
        yield Awaited("decision", d.id)
    if d.driving.paused is not None:
        yield Awaited("resume", d.id)


def _signed_words(d: Deployment) -> Iterator[Awaited]:
    if d.authority.unadmitted is None:
        yield from _approvals_ahead(d)
        return
    missing = d.authority.unadmitted.reasons
    freezes = d.authority.policy.freezes if d.authority.policy is not None else ()
    for reason in missing:
        if reason.code == "approval.missing":
            yield Awaited("approval", d.id, reason.about)
        elif reason.code == "freeze.binds":
            roles = next((freeze.override for freeze in freezes if freeze.name == reason.about), ())
            yield from (Awaited("override", d.id, role) for role in roles[:1])


def _approvals_ahead(d: Deployment) -> Iterator[Awaited]:
    """The approvals that plan and policy ask for and nobody has given, of a deployment whose start was not asked for yet."""
    if d.authority.opened_at is not None or d.state not in AHEAD:
        return
    policy = d.authority.policy
    by_policy = policy.approvals.before if policy is not None else ()
    asked = (*d.plan.approval.required, *(need.role for need in by_policy))
    given = [
        *d.authority.vouched,
        *(each.approval.role for each in d.authority.approvals if each.approval.decision == "approve"),
    ]
    for role in dict.fromkeys(asked):
        if not any(same_role(role, other) for other in given):
            yield Awaited("approval", d.id, role)


def awaited_after(brief: Brief) -> Iterator[Awaited]:
    """What has to follow the end of a deployment, or its early life support."""
    yield from (Awaited("sign_off", brief.id, need.role) for need in sign_offs_missing(brief))
    if not brief.over:
        return
    yield from (
        Awaited("emergency_review", brief.id, need.role, brief.review_by) for need in reviews_missing(brief)
    )
    if brief.pir_missing:
        yield Awaited("review", brief.id, None, brief.pir_due)
    yield from (Awaited("action", brief.id, None, due) for due in brief.actions_due)


def awaited_words(awaited: Awaited, now: datetime) -> str:
    """Such as `sign-off as customer`, or `post-implementation review, overdue since 2 days`."""
    role = f" as {awaited.role}" if awaited.role is not None else ""
    if awaited.due is None:
        return f"{WORDS[awaited.code]}{role}"
    days = abs((awaited.due - now).days) if awaited.due > now else (now - awaited.due).days
    when = f"due in {counted(days, 'day')}" if awaited.due > now else f"overdue for {counted(days, 'day')}"
    return f"{WORDS[awaited.code]}{role}, {when}"
