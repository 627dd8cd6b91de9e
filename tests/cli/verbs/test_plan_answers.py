"""`orch plan check` and `orch plan show` answer by the policy and the model that bind, as `orch deploy` does."""

import json
from pathlib import Path

import pytest

from orchestrator.cli.main import run
from orchestrator.errors import ExitCode
from tests.worlds.project import change, make, write

POLICY = """\
orch: 1
policy: house
version: 1
title: House rules
approvals: {before: [service owner]}
rehearsal: {environments: [lab], max_age: 30d}
verification: {rfcs: true}
"""
Screen = pytest.CaptureFixture[str]


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ORCH_HOME", raising=False)
    plan = make(tmp_path).relative_to(tmp_path)
    write(tmp_path, "policies/house.yml", POLICY)
    return plan


def faults(screen: Screen, *words: str) -> list[str]:
    screen.readouterr()
    assert run(["plan", *words]) == ExitCode.PLAN_FAULT
    return screen.readouterr().err.splitlines()


@pytest.mark.parametrize("words", [["check"], ["show"], ["check", "--static"]], ids=" ".join)
def test_what_the_policy_objects_to_is_a_fault_at_its_line(
    plan: Path, words: list[str], capsys: Screen
) -> None:
    [fault] = [line for line in faults(capsys, *words, str(plan)) if "release.rfcs" in line]
    assert fault == (
        "plans/shop.yml:3 release.rfcs: expected at least one request for change (by policy house), found none; "
        "name it in the plan"
    )


def test_what_people_and_time_resolve_is_listed_and_no_fault(plan: Path, capsys: Screen) -> None:
    change(plan, "  version: 2.4.0\n  units", "  version: 2.4.0\n  rfcs: [RFC-7]\n  units")
    change(plan, "required: [change manager]", "required: []")
    assert run(["plan", "check", str(plan)]) == ExitCode.COMPLETED
    lines = capsys.readouterr().out.splitlines()
    asked = [line.strip() for line in lines if "still asked" in line]
    assert asked[0] == "still asked: service owner: 1 of 1 approvals missing"
    assert asked[1].startswith("still asked: shop 2.4.0: no rehearsal certificate counts for plan")
    assert asked[1].endswith("plans/shop.yml --in lab")
    assert len(asked) == 2
    assert not Path(".orch").exists()
    assert run(["plan", "show", str(plan), "--json"]) == ExitCode.COMPLETED
    printed = json.loads(capsys.readouterr().out)
    codes = {reason["code"]: reason["next_move"] for reason in printed["still_asked"]}
    assert codes.keys() == {"approval.missing", "rehearsal.missing"}
    assert codes["approval.missing"] is None


def test_a_faulty_key_is_a_fault_by_each_of_them(plan: Path, capsys: Screen) -> None:
    write(Path(), "keys/bad.json", "{")
    for words in (["check"], ["check", "--static"]):
        assert any("keys/bad.json" in line for line in faults(capsys, *words, str(plan)))


def test_whoever_the_policy_has_told_is_told_by_a_channel_that_there_is(plan: Path, capsys: Screen) -> None:
    write(Path(), "policies/house.yml", f"{POLICY}communication: {{tell: {{service desk: [start, end]}}}}\n")
    asked = [line for line in faults(capsys, "check", str(plan)) if "communication" in line]
    assert asked == [
        "plans/shop.yml:24 communication: expected what policy house allows, found audience service desk: "
        "the plan sends them nothing at: start, end; write these moments into `notify.at` of an entry for service desk"
    ]
    notify = "notify: {by: desk, at: [start, end]}"
    change(plan, "audience: service desk, channel: mail", f"audience: service desk, channel: mail, {notify}")
    unknown = [line for line in faults(capsys, "check", str(plan)) if "channels.yml" in line]
    assert any("communication.notify" not in line and "cannot arrive" in line for line in unknown)
    assert any(line.startswith("warning: plans/shop.yml:25 communication[0].notify.by") for line in unknown)
    hook = "{url: 'https://desk.example.net/', secret: {file: /etc/secret}}"
    write(Path(), ".orch/channels.yml", f"orch: 1\nchannels: {{desk: {{webhook: {hook}}}}}\n")
    assert not [line for line in faults(capsys, "check", str(plan)) if "communication" in line]


def test_a_file_of_channels_with_faults_is_a_warning_where_nobody_must_be_told(
    plan: Path, capsys: Screen
) -> None:
    write(Path(), ".orch/channels.yml", "orch: 1\nchannels: {desk: {}}\n")
    shown = faults(capsys, "check", str(plan))
    assert next(line for line in shown if "channels.yml" in line).startswith("warning: ")


def test_plans_of_a_project_are_listed_with_their_faults(plan: Path, capsys: Screen) -> None:
    write(plan.parent.parent, "plans/broken.yml", "orch: 1\nwaves: 3\n")
    assert run(["plan", "list", "--json"]) == ExitCode.PLAN_FAULT
    broken, sound = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (broken["plan"], bool(broken["faults"])) == ("plans/broken.yml", True)
    assert (sound["plan"], sound["release"], sound["faults"]) == (str(plan), "shop", [])
