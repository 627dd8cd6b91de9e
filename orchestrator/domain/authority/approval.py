"""Approvals: a person's signed decision, in a role, on exactly one effective plan (ISO/IEC 20000-1 9.2, 9.3)."""

from typing import Annotated, Literal

from pydantic import model_validator

from orchestrator.domain.authority.git_word import GitObject
from orchestrator.domain.authority.signing import (
    KeyId,
    Nonce,
    ShownName,
    ShownText,
    Signature,
    SignatureAnswer,
)
from orchestrator.domain.text.canonical import Since, canonical
from orchestrator.domain.text.model_base import HostName, Many, Moment, Name, Noun, Sha256
from orchestrator.domain.text.validation_error import wrong

Decision = Literal[
    "approve",
    "reject",
    "override",
    "sign_off",
    "review",
    "replace_backout",
    "roll_back",
    "concede",
    "adopt_policy",
    "withdraw_policy",
]
"""Before: approve, reject, or override a freeze. Meanwhile: concede that it goes on without these hosts. After: accept what
was deployed, confirm the review of an emergency, or agree that it is taken back; then `plan_digest` is that of the backout.
For a backout: another playbook than the approved one; then `plan_digest` is the digest of that playbook with its tree.
For a policy: it comes into force, or ends; then `plan_digest` is the digest of the policy, and `subject` its name."""
OF_A_START: frozenset[Decision] = frozenset({"approve", "reject", "override"})
"""The decisions that admission weighs."""
PREFIX = b"orch approval 1\n"
"""A prefix of the signed bytes: a signature under an approval never passes for a signature under anything else."""
DECISIONS: dict[Decision, str] = {
    "approve": "approved",
    "reject": "rejected",
    "override": "overridden",
    "sign_off": "signed off",
    "review": "reviewed",
    "replace_backout": "replaced the backout playbook",
    "roll_back": "agreed to the rollback",
    "concede": "conceded",
    "adopt_policy": "adopted the policy",
    "withdraw_policy": "withdrew the policy",
}
"""The verb of each decision in sentences."""


class ApprovalStatement(Noun):
    """The statement that is signed. `subject` is the id of the deployment or schedule entry it applies to.

    `overrides` names the freeze, or `window`, that this role lifts; `hosts` are those that a concession goes on without.
    `nonce` makes the statement usable once.
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
    hosts: Annotated[Many[HostName], Since("0.2")] = ()

    @model_validator(mode="after")
    def _whole(self) -> "ApprovalStatement":
        if (self.decision == "override") != (self.overrides is not None):
            raise wrong(
                "what is overridden, with an override only", "name the freeze, or `window`", at="overrides"
            )
        if (self.decision == "concede") != bool(self.hosts):
            raise wrong("hosts, with a concession only", "name the hosts to go on without", at="hosts")
        if self.expires <= self.made_at:
            raise wrong("an end after the moment it was made", "correct it", at="expires")
        return self


class SignedApproval(Noun):
    """An approval with its signature, as it is stored on the journal or sent as a file.

    `evidence` is the commit or tag that was signed instead of the statement; the statement is what it says.
    """

    approval: ApprovalStatement
    signature: Signature
    evidence: Annotated[GitObject | None, Since("0.2")] = None


class PresentedApproval(Noun):
    """An approval, and whether a verifier found its signature good."""

    signed: SignedApproval
    answer: SignatureAnswer


def payload(approval: ApprovalStatement) -> bytes:
    """The bytes that are signed."""
    return PREFIX + canonical(approval)
