"""What a deployment waits for, and from whom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from orchestrator.domain.plan.roles import same_role
from orchestrator.domain.text.plain_text import plain
from orchestrator.policy.course.by_hand import manual_step_of
from orchestrator.policy.course.follow_up import following_words, reviews_missing, sign_offs_missing
from orchestrator.policy.course.words_now import waits_for_confirmation

if TYPE_CHECKING:
    from datetime import datetime

    from orchestrator.domain.authority.admission_answer import Reason
    from orchestrator.domain.authority.approval import Decision
    from orchestrator.domain.deployment.deployment import Deployment

WaitKind = Literal["approval", "confirmation", "step", "decision", "concession", "sign_off", "review", "time"]


class Wait(NamedTuple):
    """One thing that is waited for: `role` is whose word it is, empty where anybody's; `decision` is what they sign."""

    kind: WaitKind
    role: str
    words: str
    decision: Decision | None = None


def waits_of(d: Deployment, now: datetime, reasons: Sequence[Reason] | None = None) -> list[Wait]:
    """Everything that this deployment waits for now; `reasons` against its start, else those that its journal has."""
    return [*_before(d, reasons), *_meanwhile(d), *_after(d, now)]


def _before(d: Deployment, reasons: Sequence[Reason] | None) -> Iterator[Wait]:
    if d.over or d.authority.opened_at is not None:
        return
    unadmitted = d.authority.unadmitted
    if reasons is None:
        reasons = unadmitted.reasons if unadmitted is not None else ()
    for reason in reasons:
        words = plain(str(reason), 600)
        if reason.code == "approval.missing":
            yield Wait("approval", reason.about, words, "approve")
        elif reason.code == "freeze.binds":
            yield Wait("approval", "", words, "override")
        else:
            yield Wait("time", "", words)


def _meanwhile(d: Deployment) -> Iterator[Wait]:
    if d.over:
        return
    attempt = d.open_attempt
    if attempt is not None and attempt.manual:
        step = manual_step_of(d, attempt)
        yield Wait("step", step.role, plain(f"{step.who}: {step.instruction}", 600))
    if d.driving.stopped is not None:
        yield Wait("decision", "", "The emergency stop is to be lifted: orch stop-all --lift --reason WHY")
    elif d.driving.paused is not None:
        yield Wait("decision", "", plain(f"It is paused by {d.driving.paused}", 600))
    elif d.driving.hold is not None:
        yield Wait("decision", "", plain(f"It is held: {d.driving.hold.reason}", 600))
        yield from _concessions(d)
    gate = d.rollout.gate
    if waits_for_confirmation(d) and gate is not None and gate.confirm is not None:
        name = d.waves[d.rollout.wave].name
        yield Wait("confirmation", gate.confirm, f"{plain(name, 60)} is to be confirmed by {gate.confirm}.")


def _concessions(d: Deployment) -> Iterator[Wait]:
    policy = d.authority.policy
    for need in policy.concession_needs if policy is not None else ():
        given = sum(same_role(word.approval.role, need.role) for word in d.authority.concessions)
        if given < need.people:
            words = f"To go on without hosts, {need.role} agrees to that."
            yield Wait("concession", need.role, words, "concede")


def _after(d: Deployment, now: datetime) -> Iterator[Wait]:
    if d.follow_up.closed is not None:
        return
    for need in sign_offs_missing(d):
        yield Wait("sign_off", need.role, f"{need.role} accepts what was deployed.", "sign_off")
    for need in reviews_missing(d):
        yield Wait("review", need.role, f"{need.role} reviews it.", "review")
    if d.over:
        yield from (Wait("time", "", plain(line, 600)) for line in following_words(d, now))
