"""Whether a person's word on another backout playbook counts."""

from datetime import datetime

from orchestrator.domain.authority.approval import PresentedApproval
from orchestrator.domain.authority.signing import Keyring
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
    if key.revoked_at is not None or (key.expires is not None and key.expires <= now):
        reasons.append(f"{who}: key {word.key[:16]} is revoked or expired")
    if not key.serves(word.role):
        reasons.append(f"{who}: the key is trusted for {', '.join(key.roles)}, not for this role")
    if not (key.is_of(word.person) or same_person(key.person, word.person)):
        reasons.append(f"{who}: the key is {key.person}'s")
    return tuple(reasons)
