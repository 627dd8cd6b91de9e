"""People with keys: who is trusted for which role, and approvals as they sign them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from orchestrator.domain.authority.approval import ApprovalStatement, SignedApproval
from orchestrator.domain.authority.signing import Keyring, Signature, TrustedKey
from orchestrator.domain.deployment.deployment import Deployment
from tests.fakes.authority import FakeKeys
from tests.worlds.plans import SHA

TRUSTED_AT = datetime(2025, 1, 1, tzinfo=UTC)
MONTH = timedelta(days=30)
DEPLOYER = TrustedKey(
    key="d" * 64,
    public=SHA,
    person="ann",
    roles=("deployment practitioner",),
    also=("bo", "cy", "di", "cron"),
    trusted_at=TRUSTED_AT,
    trusted_by="Ada",
)
"""Whoever deploys, under the names that tests give; nobody else has this role."""


def keys_of(roles: Sequence[str], *, also_deployer: Sequence[str] = ()) -> FakeKeys:
    """A person for each role, whose key is trusted for it; whoever deploys has the roles `also_deployer` too."""
    keys = FakeKeys()
    ring = _ring(tuple((role, person_in(role)) for role in roles))
    deployer = DEPLOYER.model_copy(update={"roles": (*DEPLOYER.roles, *also_deployer)})
    keys.ring = Keyring(keys=(*ring.keys[:-1], deployer)) if roles else Keyring()
    return keys


def keyring_of(people: Mapping[str, str]) -> Keyring:
    """The trusted keys of these people, by role."""
    return _ring(tuple(people.items()))


@cache
def _ring(people: tuple[tuple[str, str], ...]) -> Keyring:
    return Keyring(
        keys=(
            *(
                TrustedKey(
                    key=key_in(role),
                    public=SHA,
                    person=person,
                    roles=(role,),
                    trusted_at=TRUSTED_AT,
                    trusted_by="Ada",
                )
                for role, person in people
            ),
            DEPLOYER,
        )
    )


def person_in(role: str) -> str:
    """The name of whoever has a role, where a test names nobody."""
    return f"{role} in person"


def approval(d: Deployment, role: str, now: datetime, **changes: Any) -> SignedApproval:
    """The role's approval of exactly this deployment, its nonce from the approvals so far; `changes` to its fields."""
    statement = ApprovalStatement.of_valid(
        decision="approve",
        role=role,
        person=person_in(role),
        key=key_in(role),
        plan_digest=d.authority.effective.digest if d.authority.effective is not None else SHA,
        subject=d.id,
        reason="looked at",
        made_at=now,
        expires=now + MONTH,
        nonce=f"{len(d.authority.approvals):016x}{key_in(role)[:16]}",
    )
    changed = ApprovalStatement.model_validate({**dict(statement), **changes}) if changes else statement
    return SignedApproval.of_valid(approval=changed, signature=_signature(role))


@cache
def _signature(role: str) -> Signature:
    return Signature(key=key_in(role), signature="0" * 128)


def key_in(role: str) -> str:
    """The id of the key of whoever has a role."""
    return role.encode().hex()[:64].ljust(64, "0")
