"""House over project: a project may trust further people in further roles, and changes nothing that the house decides."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from orchestrator.domain.authority.signing import (
    ISSUER,
    STEWARD,
    AsideCode,
    Keyring,
    SetAsideKey,
    TrustedKey,
)
from orchestrator.domain.plan.roles import same_role
from orchestrator.domain.rules.environment import Environment
from orchestrator.domain.rules.release_policy import ReleasePolicy


def house_over(house: Keyring, lower: Sequence[Keyring], named_roles: Iterable[str] = ()) -> Keyring:
    """The keys that count: those of the house, and of lower places what adds to them and changes none.

    `named_roles` are roles that policies and environments of the house name, and people who answer for environments. A key
    that is revoked anywhere is revoked. Without any key or named role in the house, every key of the lower places counts, and
    the first place decides whose it is.
    """
    reserved = _reserved(house, named_roles)
    keys = {key.key: key for key in house.keys}
    aside: list[SetAsideKey] = []
    for key in (key for ring in lower for key in ring.keys):
        if key.key in keys:
            aside += _differing(house, key)
            keys[key.key] = _revoked_with(keys[key.key], key)
        else:
            judged = _below(house, key, reserved)
            aside += [judged.aside] if judged.aside is not None else []
            keys |= {judged.key.key: judged.key} if judged.key is not None else {}
    return Keyring(keys=tuple(keys.values()), set_aside=tuple(aside))


def roles_named(policy: ReleasePolicy) -> tuple[str, ...]:
    """Every role that a policy asks for, or lets override."""
    needs = [*policy.approvals.before, *policy.approvals.after]
    needs += [need for standard in policy.standard for need in standard.before]
    if policy.emergency is not None:
        needs += [*policy.emergency.before, *policy.emergency.reviewers]
    if policy.major is not None:
        needs += [*policy.major.before, *policy.major.reviewers]
    needs += [*policy.late_backout.before, *policy.late_backout.emergency, *policy.concession_needs]
    if policy.documents is not None:
        needs += policy.documents.overseers
    roles = [need.role for need in needs]
    roles += [role for freeze in policy.freezes for role in freeze.override]
    roles += [*policy.window_override, *policy.changed_by, *policy.roles]
    roles += policy.documents.approved_by if policy.documents is not None else []
    gate = policy.verification.gate
    roles += [gate.confirm] if gate is not None and gate.confirm is not None else []
    roles += [ISSUER] if policy.rehearsal is not None else []
    return tuple(dict.fromkeys(roles))


def roles_answering(environment: Environment) -> tuple[str, ...]:
    """Who answers for an environment, a role or a person, and the roles that may override its freezes."""
    freezes = (role for freeze in environment.freezes for role in freeze.override)
    return tuple(dict.fromkeys((environment.owner, *freezes)))


class _Judged(NamedTuple):
    key: TrustedKey | None
    aside: SetAsideKey | None


def _reserved(house: Keyring, named_roles: Iterable[str]) -> tuple[str, ...]:
    """Roles that the house decides about; certificates count from issuers that it knows, as soon as it knows anybody."""
    given = [role for key in house.keys for role in key.roles]
    return (*given, *named_roles, STEWARD, *([ISSUER] if house.keys else []))


def _below(house: Keyring, key: TrustedKey, reserved: Sequence[str]) -> _Judged:
    if key.revoked_at is not None:
        return _Judged(key, None)
    if any(known.is_of(name) for known in house.keys for name in (key.person, *key.also)) or any(
        key.is_of(name) for known in house.keys for name in known.also
    ):
        return _Judged(None, _aside(key, key.roles, "person_of_the_house"))
    if any(key.is_of(name) for name in reserved):
        return _Judged(None, _aside(key, key.roles, "role_of_the_house"))
    taken = tuple(role for role in key.roles if any(same_role(role, other) for other in reserved))
    if not taken:
        return _Judged(key, None)
    left = tuple(role for role in key.roles if role not in taken)
    return _Judged(
        key.model_copy(update={"roles": left}) if left else None, _aside(key, taken, "role_of_the_house")
    )


def _differing(house: Keyring, key: TrustedKey) -> Iterator[SetAsideKey]:
    known = house.find(key.key)
    if known is None or key.revoked_at is not None:
        return
    wider = tuple(role for role in key.roles if not known.serves(role))
    if wider or not known.is_of(key.person):
        yield _aside(key, wider or key.roles, "key_of_the_house")


def _revoked_with(first: TrustedKey, other: TrustedKey) -> TrustedKey:
    if first.revoked_at is not None or other.revoked_at is None:
        return first
    fields = ("revoked_at", "revoked_by", "revoked_because")
    return first.model_copy(update={name: getattr(other, name) for name in fields})


def _aside(key: TrustedKey, roles: tuple[str, ...], because: AsideCode) -> SetAsideKey:
    return SetAsideKey.of_valid(key=key.key, person=key.person, roles=roles, because=because)
