"""Approvals: what a person in a role says of exactly one effective plan, signed (ISO/IEC 20000-1 9.2, 9.3)."""

from typing import Literal

from pydantic import model_validator

from orchestrator.domain.authority.signing import KeyId, Nonce, ShownText, Signature, SignatureAnswer
from orchestrator.domain.text.canonical import canonical
from orchestrator.domain.text.model_base import Moment, Name, Noun, Sha256
from orchestrator.domain.text.validation_error import wrong

Decision = Literal["approve", "reject", "override", "sign_off", "review"]
"""Before: to approve, reject, or override a freeze. After: to accept what was deployed, and to have reviewed an emergency."""
PREFIX = b"orch approval 1\n"
"""Stands before what is signed: a signature under an approval can never pass for one under anything else."""
DECISIONS: dict[Decision, str] = {
    "approve": "approved",
    "reject": "rejected",
    "override": "overridden",
    "sign_off": "signed off",
    "review": "reviewed",
}
"""How each decision is told."""


class ApprovalStatement(Noun):
    """The statement that is signed. `subject` is the deployment or the entry of the schedule that it is given for.

    `overrides` names the freeze, or `window`, that a role says need not bind. Good once: `nonce` is never taken twice.
    """

    decision: Decision
    role: ShownText
    person: ShownText
    key: KeyId
    plan_digest: Sha256
    subject: Name
    reason: ShownText
    overrides: ShownText | None = None
    made_at: Moment
    expires: Moment
    nonce: Nonce

    @model_validator(mode="after")
    def _whole(self) -> "ApprovalStatement":
        if (self.decision == "override") != (self.overrides is not None):
            raise wrong(
                "what is overridden, with an override only", "name the freeze, or `window`", at="overrides"
            )
        if self.expires <= self.made_at:
            raise wrong("an end after the moment it was made", "correct it", at="expires")
        return self


class SignedApproval(Noun):
    """An approval as it travels, on the journal or as a file by mail."""

    approval: ApprovalStatement
    signature: Signature


class PresentedApproval(Noun):
    """An approval and whether its signature is good, as whoever knows how to verify one has found."""

    signed: SignedApproval
    answer: SignatureAnswer


def payload(approval: ApprovalStatement) -> bytes:
    """The bytes that are signed."""
    return PREFIX + canonical(approval)
