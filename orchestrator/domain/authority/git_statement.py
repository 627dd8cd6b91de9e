"""The approval that a signed commit or tag is: the same one whenever it is read, so that it verifies without git."""

from pydantic import ValidationError

from orchestrator.domain.authority.approval import ApprovalStatement, SignedApproval
from orchestrator.domain.authority.git_word import COUNTS_FOR, GitObject, GitParts, GitWord, git_parts
from orchestrator.domain.authority.signing import Signature
from orchestrator.domain.authority.ssh_form import key_id_in
from orchestrator.domain.text.model_base import NotInForm


def signed_by_git(
    git: GitObject, parts: GitParts, word: GitWord, person: str, subject: str
) -> SignedApproval:
    """The approval with its evidence, of the key that the signature names. Raises NotInForm."""
    key = key_id_in(parts.signature)
    statement = ApprovalStatement(
        decision=word.decision,
        role=word.role,
        person=person,
        key=key,
        plan_digest=word.digest,
        subject=subject,
        reason=parts.reason or f"{git.type} {git.name[:12]}",
        made_at=parts.made_at,
        expires=parts.made_at + COUNTS_FOR,
        nonce=parts.nonce(word),
    )
    signature = Signature(key=key, signature=parts.signature, kind="sshsig")
    return SignedApproval(approval=statement, signature=signature, evidence=git)


def git_payload(signed: SignedApproval) -> bytes | None:
    """The bytes that git had signed, if the evidence says exactly this approval; else None."""
    approval, git = signed.approval, signed.evidence
    if git is None:
        return None
    try:
        parts = git_parts(git)
        words = [word for word in parts.words if word.subject in (None, approval.subject)]
        same = [signed_by_git(git, parts, word, approval.person, approval.subject) for word in words]
    except (NotInForm, ValidationError):
        return None
    return parts.payload if signed in same else None
