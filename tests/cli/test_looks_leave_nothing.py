"""Whoever only looks, in a folder where there is no home, leaves nothing behind, and is told that there is none."""

from pathlib import Path

import pytest

from orchestrator.cli.main import run

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
