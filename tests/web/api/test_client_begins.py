"""The command line as a client begins what lies on the server: checked, shown, signed here, and answered as it is there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchestrator.adapters.clock import SystemClock
from orchestrator.adapters.keys.ed25519 import SigningKey
from orchestrator.adapters.store.journal import SqlJournal
from orchestrator.cli.main import run
from orchestrator.domain.authority.access import Right
from orchestrator.domain.authority.signing import Keyring, TrustedKey
from orchestrator.domain.journal import events as e
from orchestrator.engine.ports import Ports
from orchestrator.engine.use_cases import plan_answers
from orchestrator.errors import ExitCode, Refused
from tests.fakes.authority import FakeKeys
from tests.fakes.drivers import FakeDrivers
from tests.fakes.plans import FakePlans
from tests.fakes.playbooks import FakePlaybooks
from tests.fakes.targets import FakeTargets
from tests.journals.corpus import recorded
from tests.worlds.api_server import answering
from tests.worlds.plans import plan_of, plan_tree, prepared, targets_named
from tests.worlds.ports import ports_over
from tests.worlds.served import TOKEN, BearerDoors, access

PLAN = "shop/plans/app.yml"
Screen = pytest.CaptureFixture[str]


class Office:
    """A server with one project, the person who asks it by a token, and what was driven."""

    def __init__(self, ports: Ports, folder: Path) -> None:
        self.ports, self.folder = ports, folder
        self.access = access("deployment manager").model_copy(
            update={"channel": "token", "scopes": ("see", "plan", "start", "schedule")}
        )
        self.doors = BearerDoors(self.access)
        self.drivers = FakeDrivers(lambda deployment, by: self._ended(deployment))
        self.url = ""

    def _ended(self, deployment: str) -> None:
        records = self.ports.journal.read(deployment)
        end = e.DeploymentCancelled(by="ann", reason="enough for a test")
        self.ports.journal.append(deployment, records[-1].seq, [end])

    def let_tokens(self, *rights: Right) -> None:
        self.doors.access = self.access.model_copy(update={"allowed": rights})

    def key(self) -> list[str]:
        """The option that names a key of Ann's, which is trusted."""
        key, file = SigningKey.new(), self.folder / "ann.pem"
        file.write_bytes(key.pem())
        file.chmod(0o600)
        trusted = TrustedKey(
            key=key.key,
            public=key.public,
            person="Ann",
            roles=("deployment manager",),
            trusted_at=datetime(2026, 1, 1, tzinfo=UTC),
            trusted_by="Ada",
        )
        assert isinstance(self.ports.keys, FakeKeys)
        self.ports.keys.ring = Keyring(keys=(trusted,))
        return ["--key", str(file)]

    def orch(self, *words: str) -> int:
        return run(["--server", self.url, *words])

    def first(self, deployment: str) -> e.Planned:
        event = self.ports.journal.read(deployment)[0].event
        assert isinstance(event, e.Planned)
        return event


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    project = tmp_path / "shop"
    (project / "plans").mkdir(parents=True)
    (project / "plans" / "app.yml").write_text("orch: 1\n")
    ready = prepared(plan_of(plan_tree()), targets_named("web1", "web2"))
    clock = SystemClock()
    journal = SqlJournal(tmp_path / "home", clock)
    plans = FakePlans(
        lambda: ready.model_copy(update={"plan_file": "plans/app.yml", "project": str(project)})
    )
    ports = ports_over(clock, plans, FakePlaybooks(clock.now), FakeTargets(), journal=journal)
    made = Office(replace(ports), tmp_path)
    monkeypatch.setenv("ORCH_TOKEN", TOKEN)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("ORCH_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    with answering(ports, made.doors, projects=(project,), drivers=made.drivers) as made.url:
        yield made


def named(office: Office) -> plan_answers.PlanNamed:
    return plan_answers.PlanNamed(PLAN, office.folder / PLAN, office.folder / "shop")


def test_a_check_there_prints_what_it_prints_here(office: Office, capsys: Screen) -> None:
    here = plan_answers.check(office.ports, named(office))
    assert office.orch("plan", "check", PLAN, "--json") == 0
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(here.fields))
    assert office.orch("plan", "check", PLAN) == 0
    assert capsys.readouterr().out.splitlines()[-len(here.lines) :] == list(here.lines)


def test_plans_are_listed_by_the_names_that_are_taken_there(
    office: Office, capsys: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert office.orch("plan", "list", "--json") == 0
    [line] = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    fields = {"kind": "plan", "plan": PLAN, "release": "app", "version": "2.0", "environment": "test"}
    assert line == {**fields, "faults": []}
    assert office.orch("plan", "list") == 0
    assert PLAN in capsys.readouterr().out


def test_a_showing_there_prints_what_it_prints_here(office: Office, capsys: Screen) -> None:
    assert office.orch("plan", "show", PLAN, "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["sections"]["release"]["name"] == "app"
    assert office.orch("plan", "show", PLAN) == 0
    assert "Point of no return" in capsys.readouterr().out


@pytest.mark.parametrize(
    "plan", ["shop/plans/other.yml", "bakery/plans/app.yml", "shop/../shop/plans/app.yml"]
)
def test_a_plan_that_is_not_known_is_not_found(office: Office, plan: str, capsys: Screen) -> None:
    assert office.orch("plan", "check", plan) == ExitCode.NOT_FOUND
    assert "knows no plan" in capsys.readouterr().err


def test_a_token_starts_nothing_by_itself(office: Office, capsys: Screen) -> None:
    assert office.orch("deploy", PLAN) == 4
    assert "A token" in capsys.readouterr().err
    assert office.orch("schedule", "add", PLAN, "--at", "in 30m") == 4
    assert office.ports.journal.deployments() == []


def test_a_token_starts_where_the_house_lets_it(office: Office, capsys: Screen) -> None:
    office.let_tokens("start")
    assert office.orch("deploy", PLAN, "--json") != 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines[0]["event"]["kind"] == "planned"
    [name] = office.ports.journal.deployments()
    assert office.drivers.begun == [name]
    assert office.first(name).by == "Ann"
    assert office.orch("schedule", "add", PLAN, "--at", "in 30m") == 4


def test_with_a_key_what_is_begun_is_signed_here(office: Office, capsys: Screen) -> None:
    key = office.key()
    assert office.orch("deploy", PLAN, *key, "--detach") == 0
    assert "Signed as Ann: deploy" in capsys.readouterr().err
    [name] = office.ports.journal.deployments()
    spoken = office.first(name).spoken
    assert spoken is not None
    assert spoken.signed is not None
    assert (spoken.signed.word.verb, spoken.signed.word.person) == ("deploy", "Ann")


def test_with_keys_a_house_that_lets_tokens_start_still_asks_for_a_signature(
    office: Office, capsys: Screen
) -> None:
    office.let_tokens("start")
    office.key()
    assert office.orch("deploy", PLAN, "--key", str(office.folder / "nobody.pem")) != 0
    assert office.ports.journal.deployments() == []


def test_what_is_scheduled_is_signed_listed_and_withdrawn(office: Office, capsys: Screen) -> None:
    key = office.key()
    assert office.orch("schedule", "add", PLAN, "--at", "in 30m", "--json", *key) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["kind"], answer["conflicts"]) == ("scheduled", [])
    name = answer["booking"]["id"]
    assert office.first(name).starts is not None
    assert office.orch("schedule", "list", "--json") == 0
    assert name in capsys.readouterr().out
    assert office.orch("schedule", "withdraw", name, "--reason", "not now", *key) == 0
    assert office.ports.journal.read(name)[-1].event.kind == "cancelled"


def nobody_drives(deployment: str, by: str) -> None:
    raise Refused("no driver is to be had")


def completed(office: Office) -> str:
    """A deployment that is completed there."""
    records = recorded("completed_phased")
    name = records[0].deployment
    office.ports.journal.append(name, 0, [record.event for record in records])
    return name


def test_what_is_completed_is_backed_out_there(office: Office, capsys: Screen) -> None:
    name = completed(office)
    assert office.orch("rollback", name, "--reason", "prices are wrong") == ExitCode.REFUSED
    office.let_tokens("start")
    office.drivers.drive = nobody_drives
    office.orch("rollback", name, "--reason", "prices are wrong", "--json")
    assert f"no driver is to be had On that machine: orch resume {name}" in capsys.readouterr().err
    began = office.ports.journal.read(name)[-1].event
    assert isinstance(began, e.BackoutBegan)
    assert (began.by, began.reason, office.drivers.begun) == ("Ann", "prices are wrong", [name])


def test_a_backout_is_signed_here_where_keys_are_trusted(office: Office, capsys: Screen) -> None:
    """It was planned before there were effective plans, so that nobody's leave is asked for first."""
    name, key = completed(office), office.key()
    office.drivers.drive = nobody_drives
    office.orch("rollback", name, "--reason", "prices are wrong", "--json", *key)
    assert "Signed as Ann: rollback" in capsys.readouterr().err
    began = office.ports.journal.read(name)[-1].event
    assert isinstance(began, e.BackoutBegan)
    assert began.spoken is not None
    assert began.spoken.signed is not None
