"""Whether a person's word on another backout playbook counts."""

from collections.abc import Iterator
from datetime import datetime

from orchestrator.domain.authority.approval import ApprovalStatement, PresentedApproval
from orchestrator.domain.authority.signing import Keyring, TrustedKey
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.plan.roles import same_person


def against(
    d: Deployment, digest: str, presented: PresentedApproval, keyring: Keyring, now: datetime
) -> tuple[str, ...]:
    """Every reason against it: what was signed, with which key, and until when."""
    word, key = presented.signed.approval, keyring.find(presented.signed.signature.key)
    who = f"{word.role} {word.person}"
    reasons: list[str] = []
    if presented.answer != "good":
        reasons.append(f"{who}: the signature is not good")
    if (word.decision, word.subject, word.plan_digest) != ("replace_backout", d.id, digest):
        reasons.append(f"{who}: what was signed is something else")
    if not word.made_at <= now < word.expires:
        reasons.append(f"{who}: it does not count now")
    if key is None:
        reasons.append(f"{who}: key {word.key[:16]} is not trusted here; orch keys list shows which are")
        return tuple(reasons)
    reasons += (f"{who}: {reason}" for reason in _of_key(key, word, now))
    return tuple(reasons)


def _of_key(key: TrustedKey, word: ApprovalStatement, now: datetime) -> Iterator[str]:
    if key.revoked_at is not None or (key.expires is not None and key.expires <= now):
        yield f"key {word.key[:16]} is revoked or expired"
    if key.holder == "machine":
        yield f"key {word.key[:16]} is of the machine {key.person}, which decides nothing"
    elif not key.serves(word.role):
        yield f"the key is trusted for {', '.join(key.roles)}, not for this role"
    if not (key.is_of(word.person) or same_person(key.person, word.person)):
        yield f"the key is {key.person}'s"
