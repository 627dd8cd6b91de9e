"""`orch people`: who may come in is changed on the command line, and every wrong way to say it."""

from __future__ import annotations

import json

import pytest

from orchestrator.adapters.people.passwords import password_digest, password_matches
from orchestrator.domain.authority.people import Person
from orchestrator.engine.lookup.known_people import known_people
from orchestrator.engine.use_cases.people import set_password
from orchestrator.errors import ExitCode
from tests.worlds.command_line import orch
from tests.worlds.fleet import Fleet

PASSWORD = "correct horse battery staple"


@pytest.fixture
def fleet() -> Fleet:
    fleet = Fleet()
    assert orch(fleet, ["people", "add", "Ada", "--name", "Ada L", "--role", "administrator"]) == 0
    set_password(fleet.ports, "ada", password_digest(PASSWORD), by="Ada")
    return fleet


def person(fleet: Fleet, login: str) -> Person:
    return known_people(fleet.ports.journal).persons[login]


def test_the_first_administrator_is_made_by_one_command(fleet: Fleet) -> None:
    ada = person(fleet, "ada")
    assert (ada.name, [grant.role for grant in ada.grants], ada.password) == (
        "Ada L",
        ["administrator"],
        True,
    )
    assert password_matches(PASSWORD, fleet.ports.people.password("ada"))


def test_the_journal_has_no_secret(fleet: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    assert orch(fleet, ["people", "token", "new", "ada", "--label", "ci"]) == 0
    secret = capsys.readouterr().out.splitlines()[-1]
    raw = "".join(row.body for row in fleet.ports.journal.read_raw("orch.house"))
    digest = fleet.ports.people.password("ada")
    assert secret.startswith("orch_")
    assert digest is not None
    assert not [text for text in (secret, PASSWORD, digest) if text in raw]


def test_roles_are_given_and_taken(fleet: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    assert orch(fleet, ["people", "add", "bo"]) == 0
    assert "orch people password bo" in capsys.readouterr().out
    where = ["--service", "shop", "--environment", "live"]
    assert orch(fleet, ["people", "role", "bo", "--give", "viewer", "--give", "service owner", *where]) == 0
    assert orch(fleet, ["people", "role", "bo", "--take", "viewer", *where]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "bo is service owner of shop in live now."


def test_everybody_is_listed(fleet: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    orch(fleet, ["people", "add", "bo"])
    orch(fleet, ["people", "group", "ops", "--give", "viewer"])
    orch(fleet, ["people", "disable", "bo"])
    capsys.readouterr()
    assert orch(fleet, ["people", "list"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "ada Ada L: administrator everywhere",
        "bo (disabled) bo: no role",
        "group ops of the provider: viewer everywhere",
    ]
    assert orch(fleet, ["people", "list", "--json"]) == 0
    kinds = [json.loads(line)["kind"] for line in capsys.readouterr().out.splitlines()]
    assert kinds == ["person", "person", "group"]


def test_a_disabled_person_is_let_in_again(fleet: Fleet) -> None:
    orch(fleet, ["people", "add", "bo"])
    assert orch(fleet, ["people", "disable", "bo"]) == 0
    assert person(fleet, "bo").disabled
    assert orch(fleet, ["people", "disable", "bo", "--enable"]) == 0
    assert not person(fleet, "bo").disabled


def test_a_person_is_linked_to_an_account_and_unlinked(fleet: Fleet) -> None:
    assert (
        orch(fleet, ["people", "link", "ada", "--issuer", "https://login.example", "--subject", "u-1"]) == 0
    )
    assert person(fleet, "ada").identity is not None
    assert orch(fleet, ["people", "link", "ada", "--remove"]) == 0
    assert person(fleet, "ada").identity is None


def test_tokens_are_listed_and_revoked(fleet: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    orch(
        fleet,
        [
            "people",
            "token",
            "new",
            "ada",
            "--label",
            "ci",
            "--scope",
            "see",
            "--scope",
            "plan",
            "--days",
            "7",
        ],
    )
    [name] = person(fleet, "ada").tokens
    capsys.readouterr()
    assert orch(fleet, ["people", "token", "list"]) == 0
    assert f"{name} ada ci: see, plan; ends with" in capsys.readouterr().out
    assert orch(fleet, ["people", "token", "revoke", "ada", name]) == 0
    assert not person(fleet, "ada").tokens
    assert not fleet.ports.people.marks("token", "ada")


WRONG = {
    "known already": (["people", "add", "ada"], ExitCode.REFUSED, "known already"),
    "no login": (["people", "add", "two words"], ExitCode.USAGE, "LOGIN"),
    "a name that misleads": (["people", "add", "bo", "--name", "B\u043e"], ExitCode.USAGE, "one script"),
    "nobody": (["people", "role", "zoe", "--give", "viewer"], ExitCode.NOT_FOUND, "orch people list"),
    "nothing to do": (["people", "role", "ada"], ExitCode.USAGE, "--give"),
    "the last administrator": (["people", "disable", "ada"], ExitCode.REFUSED, "last administrator"),
    "the last administrator's role": (
        ["people", "role", "ada", "--take", "administrator"],
        ExitCode.REFUSED,
        "last administrator",
    ),
    "a right that no token has": (
        ["people", "token", "new", "ada", "--label", "x", "--scope", "approve"],
        ExitCode.USAGE,
        "approve",
    ),
    "no such token": (["people", "token", "revoke", "ada", "000000000000"], ExitCode.NOT_FOUND, "no token"),
    "half a link": (["people", "link", "ada", "--subject", "u"], ExitCode.USAGE, "--issuer"),
    "no link": (["people", "link", "ada"], ExitCode.USAGE, "--remove"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_said_and_nothing_changed(
    fleet: Fleet, capsys: pytest.CaptureFixture[str], case: str
) -> None:
    words, code, reason = WRONG[case]
    before = len(fleet.ports.journal.read("orch.house"))
    assert orch(fleet, words) == code
    assert reason in capsys.readouterr().err
    assert len(fleet.ports.journal.read("orch.house")) == before


def test_who_spoke_stands_beside_each_change(fleet: Fleet) -> None:
    events = [record.event for record in fleet.ports.journal.read("orch.house")]
    assert all(event.spoken is not None for event in events if event.kind == "people_changed")
