"""`orch cmdb audit`, `audits`, `accept`: each end has its exit code, and the commands that are printed work as printed."""

from __future__ import annotations

import csv
import io
import json
import shlex
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import HOUSE
from orchestrator.domain.rules.environment import AuditRule, Environment, EnvironmentFile
from tests.worlds.command_line import orch
from tests.worlds.fleet import Fleet

CONF = ("file", "/etc/app/a b'c")
HOSTILE = "=cmd|' /C calc'!A0\x1b[31m\u202eevil" + "x" * 5000


@pytest.fixture
def fleet() -> Fleet:
    """A deployment that stands on three hosts."""
    fleet = Fleet()
    for target in fleet.hosts:
        fleet.targets.machine(target.host).items[CONF] = {"sha256": "a" * 64, "exists": True}
    assert fleet.deploy().state.value == "completed"
    return fleet


def changed(fleet: Fleet, value: str = "b" * 64) -> None:
    fleet.targets.machine("h2").items[CONF] = {"sha256": value, "exists": True}


def shown(capsys: pytest.CaptureFixture[str], fleet: Fleet, *words: str, code: int = 0) -> tuple[str, str]:
    capsys.readouterr()
    assert orch(fleet, words) == code
    answer = capsys.readouterr()
    return answer.out, answer.err


def printed_in(text: str, start: str) -> list[list[str]]:
    """The printed commands that begin so, as a shell would split them."""
    lines = [line[line.index(start) :] for line in text.splitlines() if start in line]
    return [["on purpose" if word == "WHY" else word for word in shlex.split(line)][1:] for line in lines]


def test_hosts_as_recorded_end_with_0(fleet: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = shown(capsys, fleet, "cmdb", "audit")
    assert "3 hosts: 3 as recorded" in out
    assert [line.split()[0] for line in out.splitlines()[1:]] == ["h1", "h2", "h3"]


def test_the_printed_commands_lead_from_a_finding_to_its_end(
    fleet: Fleet, capsys: pytest.CaptureFixture[str]
) -> None:
    changed(fleet)
    out, err = shown(capsys, fleet, "cmdb", "audit", code=14)
    assert "h2 of test: differs" in out
    (again,) = printed_in(err.replace(" shows it again.", ""), "orch cmdb audit --show")
    assert shown(capsys, fleet, *again)[0] == out
    listed, _ = shown(capsys, fleet, "cmdb", "audits")
    assert "1 open finding:" in listed
    (accept,) = printed_in(listed, "orch cmdb accept")
    assert printed_in(out, "orch cmdb accept") == [accept]
    assert "is expected from now on" in shown(capsys, fleet, *accept)[0]
    assert "open finding" not in shown(capsys, fleet, "cmdb", "audits")[0]
    shown(capsys, fleet, "cmdb", "audit")
    shown(capsys, fleet, *accept, code=11)


def test_a_host_that_could_not_be_compared_ends_with_4(
    fleet: Fleet, capsys: pytest.CaptureFixture[str]
) -> None:
    fleet.targets.machine("h1").unreachable = "no route to host"
    assert "h1 of test: not reached: no route to host" in shown(capsys, fleet, "cmdb", "audit", code=4)[0]


def test_before_the_first_deployment_there_is_nothing_to_audit(capsys: pytest.CaptureFixture[str]) -> None:
    assert "No host is on record" in shown(capsys, Fleet(), "cmdb", "audit", code=4)[1]
    assert "There was no audit yet" in shown(capsys, Fleet(), "cmdb", "audits")[0]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--hosts", "h1,h9"), 11),
        (("--environment", "nowhere"), 11),
        (("--hosts", ","), 2),
        (("--show", "audit-x"), 11),
        (("--show", "audit-x", "--hosts", "h1"), 2),
        (("--json", "--csv", "-"), 2),
    ],
)
def test_what_makes_no_sense_asks_no_host(
    fleet: Fleet, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: int
) -> None:
    before = len(fleet.targets.asked)
    shown(capsys, fleet, "cmdb", "audit", *words, code=code)
    assert len(fleet.targets.asked) == before


def test_only_the_hosts_asked_for_are_visited(fleet: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    shown(capsys, fleet, "cmdb", "audit", "--hosts", "h1, h3")
    assert fleet.targets.asked[-1] == ("capture", ("h1", "h3"))


def test_json_is_an_object_for_the_audit_and_one_for_each_host(
    fleet: Fleet, capsys: pytest.CaptureFixture[str]
) -> None:
    changed(fleet)
    first, *hosts = map(json.loads, shown(capsys, fleet, "cmdb", "audit", "--json", code=14)[0].splitlines())
    assert (first["kind"], first["verdict"], first["hosts"]["differs"]) == ("cmdb_audit", "drift", 1)
    assert [host["result"] for host in hosts] == ["as_recorded", "differs", "as_recorded"]
    audit, finding = map(json.loads, shown(capsys, fleet, "cmdb", "audits", "--json")[0].splitlines())
    assert (audit["id"], finding["kind"], finding["host"]) == (first["id"], "cmdb_finding", "h2")


def test_hostile_text_of_hosts_is_inert(
    fleet: Fleet, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    changed(fleet, HOSTILE)
    out, _ = shown(capsys, fleet, "cmdb", "audit", code=14)
    assert not {"\x1b", "\u202e"} & set(out)
    assert max(map(len, out.splitlines())) < 1300
    name = json.loads(shown(capsys, fleet, "cmdb", "audits", "--json")[0].splitlines()[0])["id"]
    path = tmp_path / "audit.csv"
    shown(capsys, fleet, "cmdb", "audit", "--show", name, "--csv", str(path))
    assert path.stat().st_mode & 0o777 == 0o600
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    assert [row["host"] for row in rows] == ["h1", "h2", "h3"]
    assert rows[1]["found"].startswith("'=cmd")
    assert not any(set(value) & {"\x1b", "\u202e"} for row in rows for value in row.values())


def test_an_audit_that_was_killed_is_told_as_broken_off(
    fleet: Fleet, capsys: pytest.CaptureFixture[str]
) -> None:
    fleet.ports.journal.append(
        HOUSE, 0, [e.CmdbAuditBegan(audit="audit-1", environments=("live",), hosts=("h1",), by="ann")]
    )
    assert "broken off, 1 host: nothing is known of it" in shown(capsys, fleet, "cmdb", "audits")[0]
    with fleet.ports.journal.drive_alone("orch.cmdb-audit"):
        assert "under way, 1 host" in shown(capsys, fleet, "cmdb", "audits")[0]
        assert "Another audit is under way" in shown(capsys, fleet, "cmdb", "audit", code=10)[1]


def due_every(fleet: Fleet, **words: Any) -> None:
    """The file of the environment asks for audits."""
    fields = {"orch": 1, "environment": "test", "title": "Test", "class": "test", "owner": "ops", **words}
    file = EnvironmentFile(Environment.model_validate(fields), "environments/test.yml")
    fleet.authority.places = (file,)


def test_an_environment_owes_an_audit_as_often_as_its_file_says(capsys: pytest.CaptureFixture[str]) -> None:
    fleet = Fleet()
    d = fleet.deploy()
    environment = d.plan.resources.environment
    due_every(fleet, environment=environment, audit={"every": "7d"})
    assert fleet.run_due() == []
    fleet.clock.sleep(timedelta(days=7).total_seconds())
    owed = f"An audit of {environment} is owed since"
    for words in (("list",), ("cmdb", "audits")):
        beside = shown(capsys, fleet, *words)[1]
        assert owed in beside
        assert printed_in(beside, "orch cmdb audit") == [["cmdb", "audit", "--environment", environment]]
    (line,) = fleet.run_due()
    assert (line.deployment, line.what) == (f"cmdb audit of {environment}", "audited")
    (show,) = printed_in(line.words, "orch cmdb audit --show")
    assert "(timer)" in shown(capsys, fleet, "cmdb", "audits")[0]
    shown(capsys, fleet, *show)
    assert fleet.run_due() == []
    fleet.clock.sleep(timedelta(days=7).total_seconds())
    fleet.targets.machine("h1").items[("file", "/etc/app/new")] = {"exists": True}
    assert [line.what for line in fleet.run_due()] == ["drift found"]


def test_an_audit_in_vain_is_tried_again_after_an_hour() -> None:
    fleet = Fleet()
    environment = fleet.deploy().plan.resources.environment
    due_every(fleet, environment=environment, audit={"every": "7d"})
    fleet.clock.sleep(timedelta(days=8).total_seconds())
    for target in fleet.hosts:
        fleet.targets.machine(target.host).unreachable = "no route"
    assert [line.what for line in fleet.run_due()] == ["failed"]
    assert fleet.run_due() == []
    fleet.clock.sleep(3600)
    assert [line.what for line in fleet.run_due()] == ["failed"]


def test_an_audit_that_another_makes_is_left_to_it() -> None:
    fleet = Fleet()
    environment = fleet.deploy().plan.resources.environment
    due_every(fleet, environment=environment, audit={"every": "7d"})
    fleet.clock.sleep(timedelta(days=8).total_seconds())
    with fleet.ports.journal.drive_alone("orch.cmdb-audit"):
        assert fleet.run_due() == []
    assert [line.what for line in fleet.run_due()] == ["audited"]


def test_no_audit_begins_shortly_before_a_start() -> None:
    fleet = Fleet()
    environment = fleet.deploy().plan.resources.environment
    due_every(fleet, environment=environment, audit={"every": "7d"})
    fleet.clock.sleep(timedelta(days=8).total_seconds())
    fleet.schedule(fleet.clock.now() + timedelta(minutes=9))
    assert fleet.run_due() == []


def test_a_file_at_fault_is_named_and_no_audit_is_made(capsys: pytest.CaptureFixture[str]) -> None:
    fleet = Fleet()
    fleet.deploy()
    fleet.authority.unreadable_places = True
    assert [line.what for line in fleet.run_due()] == ["failed"]
    assert "is not known" in shown(capsys, fleet, "list")[1]


@pytest.mark.parametrize("every", ["59m", 0, "often"])
def test_an_audit_is_not_made_more_often_than_each_hour(every: object) -> None:
    with pytest.raises(ValueError, match="every"):
        AuditRule.model_validate({"every": every})
