"""Each decision that a page takes: what it is called, who may give it, and what it asks for; and its statement."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from pydantic import ValidationError

from orchestrator.adapters.keys.statements import new_nonce
from orchestrator.domain.authority.approval import ApprovalStatement, Decision
from orchestrator.domain.text.names import BY_HAND
from orchestrator.errors import UsageFault
from orchestrator.policy.authority.late_backout import is_late
from orchestrator.policy.course.follow_up import reviews_missing, sign_offs_missing

if TYPE_CHECKING:
    from orchestrator.domain.authority.access import Right
    from orchestrator.domain.authority.signing import TrustedKey
    from orchestrator.domain.deployment.deployment import Deployment
    from orchestrator.engine.use_cases.signed_words import ApprovalSession
    from orchestrator.web.word_fields import Fields


class DecisionKind(NamedTuple):
    """A decision: `path` is its name in addresses."""

    decision: Decision
    right: Right
    title: str
    button: str
    danger: bool = False


DECISIONS: Mapping[str, DecisionKind] = {
    "approve": DecisionKind("approve", "approve", "Approve", "Approve"),
    "reject": DecisionKind("reject", "approve", "Reject", "Reject", danger=True),
    "override": DecisionKind(
        "override", "approve", "Override a freeze or the window", "Override", danger=True
    ),
    "concede": DecisionKind("concede", "approve", "Agree to go on without hosts", "Agree", danger=True),
    "sign-off": DecisionKind("sign_off", "approve", "Sign off what was deployed", "Sign off"),
    "review": DecisionKind("review", "review", "Review", "Review"),
    "roll-back": DecisionKind(
        "roll_back", "approve", "Agree that it is taken back", "Agree to the rollback", danger=True
    ),
}


def decisions_now(d: Deployment) -> tuple[str, ...]:
    """The decisions that the state of this deployment leaves room for, by their names in addresses."""
    if not d.over and d.authority.opened_at is None:
        return ("approve", "reject", "override")
    held = d.driving.hold is not None or d.rollout.failure is not None
    return (
        *(("concede",) if held and not d.over else ()),
        *(("sign-off",) if sign_offs_missing(d) else ()),
        *(("review",) if reviews_missing(d) else ()),
        *(("roll-back",) if is_late(d) and d.touched_hosts else ()),
    )


def statement_of(
    session: ApprovalSession, kind: DecisionKind, key: TrustedKey, fields: Fields
) -> ApprovalStatement:
    """What is to be signed, as the form has it. Raises UsageFault with every fault."""
    d, question = session.deployment, session.question
    reason = fields.words("reason", "Reason")
    role = fields.words("role", "Role")
    if kind.decision == "override" and not fields.text("overrides"):
        fields.faults["overrides"] = (
            "Overrides: expected the freeze, or `window`, found nothing; name what is lifted."
        )
    if kind.decision == "concede" and not fields.each("hosts"):
        fields.faults["hosts"] = "Hosts: expected at least one, found none; name it."
    if fields.faults:
        raise UsageFault("\n".join(fields.faults.values()))
    lasts = timedelta(seconds=question.policy.approvals.valid_for)
    words = {
        "decision": kind.decision,
        "role": role,
        "person": key.person,
        "key": key.key,
        "plan_digest": question.backout if kind.decision == "roll_back" else question.effective.digest,
        "subject": d.id,
        "reason": reason,
        "overrides": fields.text("overrides") if kind.decision == "override" else None,
        "hosts": fields.each("hosts") if kind.decision == "concede" else (),
        "made_at": question.now,
        "expires": question.now + lasts,
        "nonce": new_nonce(),
    }
    try:
        return ApprovalStatement.model_validate(words, context=BY_HAND)
    except ValidationError as error:
        faults = dict.fromkeys(_fault(dict(item)) for item in error.errors(include_url=False))
        raise UsageFault("\n".join(faults)) from None


def _fault(item: dict[str, object]) -> str:
    context = item.get("ctx")
    context = context if isinstance(context, dict) else {}
    loc = item.get("loc")
    field = str(next(iter(loc), context.get("at", "statement")) if isinstance(loc, tuple) else "statement")
    move = f"; {context['next_move']}" if "next_move" in context else ""
    return f"{field}: expected {context.get('expected') or item['msg']}{move}."
