"""Whoever only looks, in a folder where there is no home, leaves nothing behind, and is told that there is none."""

from pathlib import Path

import pytest

from orchestrator.cli.main import run
from orchestrator.errors import ExitCode
from tests.journals.home import keep_named

LOOKS = (
    "list",
    "list --json",
    "status",
    "status shop-1",
    "locks",
    "record show",
    "record verify",
    "record verify --json",
    "record verify shop-1",
    "record verify ./some.json",
    "record key",
    "record due",
    "record anchor",
    "record certificate shop-1",
    "record attachments shop-1",
    "release list",
    "report",
    "assess show",
    "evidence show",
    "evidence gaps --from 2026-01-01",
    "evidence period --from 2026-01-01",
    "objectives",
    "pir show",
    "actions",
    "incident list",
    "schedule list",
    "schedule conflicts",
    "messages list",
    "outputs shop-1",
    "baseline show shop-1",
    "release show shop",
    "messages send",
    "cmdb list",
    "cmdb audits",
    "cmdb due",
    "cmdb show web1",
    "assess history",
    "assess questions",
    "model stats",
    "store show",
    "store upgrade",
)


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "nowhere"
    folder.mkdir()
    (folder / "some.json").write_text("{}")
    monkeypatch.chdir(folder)
    monkeypatch.delenv("ORCH_HOME", raising=False)
    monkeypatch.delenv("ORCH_STORE_URL", raising=False)
    return folder


@pytest.mark.parametrize("look", LOOKS)
def test_a_look_leaves_nothing_where_there_is_no_home(
    look: str, nowhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(look.split())
    printed = capsys.readouterr()
    assert [each.name for each in nowhere.rglob("*")] == ["some.json"], printed
    assert "There is no home of orch here" in printed.err, (code, printed)


ACTS = (
    "resume",
    "resume shop-1",
    "abort shop-1 --reason x",
    "retry shop-1",
    "exclude shop-1 web1 --reason x",
    "confirm shop-1",
    "rollback shop-1 --reason x",
    "approve shop-1 --as role --reason x",
    "stop-all --reason x",
)


@pytest.mark.parametrize("act", ACTS)
def test_who_acts_in_a_wrong_folder_makes_no_home(
    act: str, nowhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(act.split()) == ExitCode.NOT_FOUND
    assert [each.name for each in nowhere.rglob("*")] == ["some.json"]
    assert "There is no home of orch here" in capsys.readouterr().err


def test_nothing_is_due_where_there_is_no_home(nowhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["run-due", "--once"]) == 0
    assert [each.name for each in nowhere.rglob("*")] == ["some.json"]
    assert "There is no home of orch here" in capsys.readouterr().err


def test_a_home_above_is_named_where_another_was_sought(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    keep_named(nowhere / ".orch", "held")
    monkeypatch.setenv("ORCH_HOME", str(nowhere / "typo"))
    assert run(["resume", "held"]) == ExitCode.NOT_FOUND
    assert f"There is one in {nowhere / '.orch'}." in capsys.readouterr().err
    assert not (nowhere / "typo").exists()


@pytest.mark.parametrize("look", ["list", "status", "locks"])
def test_a_look_names_the_home_that_it_read(
    look: str, nowhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep_named(nowhere / ".orch", "held")
    assert run([look]) == 0
    assert f"home: {nowhere / '.orch'}" in capsys.readouterr().err.splitlines()
    assert run([look, "--json"]) == 0
    assert "home: " not in capsys.readouterr().err


@pytest.mark.parametrize(
    "look",
    [
        "environment list",
        "policy list",
        "model list",
        "keys list",
        "trust show",
        "evidence verify ./some.json",
        "settings show",
        "settings show --json",
        "settings check",
        "settings schema",
        "doctor",
        "doctor --json",
    ],
)
def test_what_needs_no_home_makes_none(look: str, nowhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(look.split())
    assert [each.name for each in nowhere.rglob("*")] == ["some.json"], capsys.readouterr()


def test_what_is_written_makes_the_home_and_is_there_afterwards(
    nowhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["incident", "add", "INC-1", "--title", "prices are gone", "--by", "Ada"]) == 0
    assert "no home" not in capsys.readouterr().err
    assert run(["incident", "list"]) == 0
    assert "INC-1" in capsys.readouterr().out
    assert (nowhere / ".orch" / "journal.sqlite").stat().st_mode & 0o777 == 0o600
    assert run(["record", "verify"]) == 0
