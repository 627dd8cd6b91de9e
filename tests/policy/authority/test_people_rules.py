"""What may be changed of people, as a table: who is known, the change, and what is said against it."""

from datetime import timedelta

import pytest

from orchestrator.domain.authority import people as p
from orchestrator.domain.authority.access import Grant
from orchestrator.policy.authority.people_rules import LONGEST_TOKEN, faults_in
from tests.fakes.clock import START

ADMIN, VIEWER = Grant(role="administrator"), Grant(role="viewer", environment="live")
ADMIN_OF_LIVE = Grant(role="administrator", environment="live")
IDENTITY = p.Identity(issuer="https://login.example", subject="u-1")
KEY = "5e" * 32


def token(*scopes: str, days: float = 1, login: str = "bo") -> p.TokenMade:
    fields = {
        "login": login,
        "token": "0" * 12,
        "label": "ci",
        "scopes": scopes,
        "until": START + timedelta(days=days),
        "ending": "abcd",
    }
    return p.TokenMade.model_validate(fields)


Change = p.OfPerson | p.OfGroup
HISTORY: tuple[Change, ...] = (
    p.PersonAdded(login="ada", name="Ada Lovelace"),
    p.RoleGiven(login="ada", grant=ADMIN),
    p.PersonAdded(login="bo", name="Bo", identity=IDENTITY),
    p.RoleGiven(login="bo", grant=VIEWER),
    p.LoginKeyAdded(login="bo", key=KEY, public="line", label="laptop"),
    p.PersonAdded(login="cy", name="Cy"),
    p.RoleGiven(login="cy", grant=ADMIN),
    p.PersonDisabled(login="cy"),
    p.GroupGiven(group="ops", grant=VIEWER),
)
TABLE: list[tuple[Change, str]] = [
    (p.PersonAdded(login="di", name="Di"), ""),
    (p.PersonAdded(login="ada", name="Another"), "ada is known already"),
    (p.PersonAdded(login="di", name="ADA lovelace"), "ada is called Ada Lovelace"),
    (p.PersonAdded(login="di", name="Cy"), "cy is called Cy"),
    (p.PersonAdded(login="di", name="Di", identity=IDENTITY), "somebody's already"),
    (p.PersonRenamed(login="bo", name="Bo B"), ""),
    (p.PersonRenamed(login="bo", name="bo"), ""),
    (p.PersonRenamed(login="bo", name="cy"), "cy is called Cy"),
    (p.PersonRenamed(login="zoe", name="Zoe"), "there is no zoe"),
    (p.PersonDisabled(login="bo"), ""),
    (p.PersonDisabled(login="cy"), "cy is disabled already"),
    (p.PersonDisabled(login="ada"), "ada is the last administrator"),
    (p.PersonEnabled(login="cy"), ""),
    (p.PersonEnabled(login="bo"), "bo is not disabled"),
    (p.RoleGiven(login="bo", grant=ADMIN), ""),
    (p.RoleGiven(login="bo", grant=VIEWER), "bo is viewer of every service in live already"),
    (p.RoleTaken(login="bo", grant=VIEWER), ""),
    (p.RoleTaken(login="bo", grant=ADMIN), "bo is not administrator everywhere"),
    (p.RoleTaken(login="ada", grant=ADMIN), "ada is the last administrator"),
    (p.RoleTaken(login="ada", grant=ADMIN_OF_LIVE), "ada is not administrator"),
    (p.RoleTaken(login="cy", grant=ADMIN), ""),
    (p.GroupGiven(group="dev", grant=VIEWER), ""),
    (p.GroupGiven(group="ops", grant=VIEWER), "group ops gives viewer of every service in live already"),
    (p.GroupTaken(group="ops", grant=VIEWER), ""),
    (p.GroupTaken(group="dev", grant=VIEWER), "group dev does not give"),
    (p.IdentityLinked(login="ada", identity=IDENTITY), "that of bo"),
    (p.IdentityLinked(login="bo", identity=IDENTITY), ""),
    (p.IdentityLinked(login="bo", identity=None), ""),
    (p.PasswordSet(login="cy"), ""),
    (p.InvitationMade(login="bo", until=START), ""),
    (p.InvitationMade(login="cy", until=START), "cy is disabled"),
    (token("see", "pause"), ""),
    (token(), "not for nothing"),
    (token("see", "approve"), "not for approve"),
    (token("administer"), "not for administer"),
    (token("see", days=0), "ends in the future"),
    (token("see", days=LONGEST_TOKEN.days + 1), "at most 366 days"),
    (token("see", login="cy"), "cy is disabled"),
    (p.TokenRevoked(login="bo", token="0" * 12), "bo has no token"),
    (p.LoginKeyAdded(login="ada", key=KEY, public="line", label="x"), "somebody's already"),
    (p.LoginKeyAdded(login="ada", key="6f" * 32, public="line", label="x"), ""),
    (p.LoginKeyRemoved(login="bo", key=KEY), ""),
    (p.LoginKeyRemoved(login="ada", key=KEY), "ada has no passkey"),
]


def known() -> p.People:
    people = p.NOBODY
    for seq, change in enumerate(HISTORY, 1):
        people = p.people_after(people, change, seq)
    return people


@pytest.mark.parametrize(("change", "reason"), TABLE, ids=[f"{c.kind}-{n}" for n, (c, _) in enumerate(TABLE)])
def test_what_is_said_against_a_change(change: Change, reason: str) -> None:
    faults = faults_in(known(), change, START)
    assert faults == () if not reason else reason in " ".join(faults)


def test_every_kind_of_change_is_in_the_table() -> None:
    kinds = {kind.model_fields["kind"].default for kind in (*p.OfPerson.__args__, *p.OfGroup.__args__)}
    assert {change.kind for change, _ in TABLE} == kinds
