"""Approvals: a person's signed decision, in a role, on exactly one effective plan (ISO/IEC 20000-1 9.2, 9.3)."""

from typing import Literal

from pydantic import model_validator

from orchestrator.domain.authority.signing import (
    KeyId,
    Nonce,
    ShownName,
    ShownText,
    Signature,
    SignatureAnswer,
)
from orchestrator.domain.text.canonical import canonical
from orchestrator.domain.text.model_base import Moment, Name, Noun, Sha256
from orchestrator.domain.text.validation_error import wrong

Decision = Literal[
    "approve",
    "reject",
    "override",
    "sign_off",
    "review",
    "replace_backout",
    "adopt_policy",
    "withdraw_policy",
]
"""Before: approve, reject, or override a freeze. After: accept what was deployed, or confirm the review of an emergency.
For a backout: another playbook than the approved one; then `plan_digest` is the digest of that playbook with its tree.
For a policy: it comes into force, or ends; then `plan_digest` is the digest of the policy, and `subject` its name."""
PREFIX = b"orch approval 1\n"
"""A prefix of the signed bytes: a signature under an approval never passes for a signature under anything else."""
DECISIONS: dict[Decision, str] = {
    "approve": "approved",
    "reject": "rejected",
    "override": "overridden",
    "sign_off": "signed off",
    "review": "reviewed",
    "replace_backout": "replaced the backout playbook",
    "adopt_policy": "adopted the policy",
    "withdraw_policy": "withdrew the policy",
}
"""The verb of each decision in sentences."""


class ApprovalStatement(Noun):
    """The statement that is signed. `subject` is the id of the deployment or schedule entry it applies to.

    `overrides` names the freeze, or `window`, that this role lifts. `nonce` makes the statement usable once.
    """

    decision: Decision
    role: ShownName
    person: ShownName
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
    """An approval with its signature, as it is stored on the journal or sent as a file."""

    approval: ApprovalStatement
    signature: Signature


class PresentedApproval(Noun):
    """An approval, and whether a verifier found its signature good."""

    signed: SignedApproval
    answer: SignatureAnswer


def payload(approval: ApprovalStatement) -> bytes:
    """The bytes that are signed."""
    return PREFIX + canonical(approval)
