"""Whose word brings a release policy into force or ends it, where keys are trusted."""

from collections.abc import Iterator
from datetime import datetime

from orchestrator.domain.authority.approval import PresentedApproval
from orchestrator.domain.authority.signing import Keyring, TrustedKey
from orchestrator.domain.plan.roles import same_role
from orchestrator.domain.rules.release_policy import ReleasePolicy


def changing_roles(policy: ReleasePolicy) -> tuple[str, ...]:
    """The roles whose word changes this policy: those it names, else those that approve before; none means any."""
    return policy.changed_by or tuple(need.role for need in policy.approvals.before)


def counts(key: TrustedKey, now: datetime) -> bool:
    """Whether signatures of this key count now."""
    return key.revoked_at is None and (key.expires is None or now < key.expires)


def against(
    presented: PresentedApproval, policy: ReleasePolicy, keyring: Keyring, now: datetime
) -> tuple[str, ...]:
    """Every reason against a signed word by which `policy`, the one in force, is to change."""
    return tuple(_against(presented, policy, keyring, now))


def _against(
    presented: PresentedApproval, policy: ReleasePolicy, keyring: Keyring, now: datetime
) -> Iterator[str]:
    word, key = presented.signed.approval, keyring.find(presented.signed.signature.key)
    if presented.answer != "good" or word.key != presented.signed.signature.key:
        yield "the signature does not fit what it says"
    if key is None:
        yield f"key {word.key[:16]} is not trusted here; orch keys list shows which are"
        return
    if not (counts(key, now) and word.made_at <= now < word.expires):
        yield f"key {word.key[:16]} is revoked or expired, or the word is"
    if not key.is_of(word.person):
        yield f"the key is {key.person}'s"
    if not key.serves(word.role):
        yield f"{key.person} may sign as {', '.join(key.roles)}, not as {word.role}"
    roles = changing_roles(policy)
    if roles and not any(same_role(word.role, role) for role in roles):
        yield f"policy {policy.policy} version {policy.version} is changed by {' or '.join(roles)} only, not by {word.role}"
