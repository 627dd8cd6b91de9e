"""Approvals as people of some roles sign them, and the keys that are trusted for those roles."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache

from orchestrator.domain.authority.approval import ApprovalStatement, SignedApproval
from orchestrator.domain.authority.signing import Keyring, Signature, TrustedKey
from orchestrator.domain.deployment.deployment import Deployment
from tests.fakes.authority import FakeKeys
from tests.plans import SHA

TRUSTED_AT = datetime(2025, 1, 1, tzinfo=UTC)
MONTH = timedelta(days=30)


def keys_of(roles: Sequence[str]) -> FakeKeys:
    """A person for each role, whose key is trusted for it."""
    keys = FakeKeys()
    keys.ring = _ring(tuple(roles))
    return keys


@cache
def _ring(roles: tuple[str, ...]) -> Keyring:
    return Keyring(
        keys=tuple(
            TrustedKey(
                key=_key(role),
                public=SHA,
                person=f"{role} in person",
                roles=(role,),
                trusted_at=TRUSTED_AT,
                trusted_by="Ada",
            )
            for role in roles
        )
    )


def approval(d: Deployment, role: str, now: datetime) -> SignedApproval:
    """The role's approval of exactly this deployment; each that is signed is one of its own."""
    said = ApprovalStatement.of_valid(
        decision="approve",
        role=role,
        person=f"{role} in person",
        key=_key(role),
        plan_digest=d.authority.effective.digest if d.authority.effective is not None else SHA,
        subject=d.id,
        reason="looked at",
        made_at=now,
        expires=now + MONTH,
        nonce=f"{len(d.authority.approvals):016x}{_key(role)[:16]}",
    )
    return SignedApproval.of_valid(approval=said, signature=_signature(role))


@cache
def _signature(role: str) -> Signature:
    return Signature(key=_key(role), signature="0" * 128)


def _key(role: str) -> str:
    return role.encode().hex()[:64].ljust(64, "0")
