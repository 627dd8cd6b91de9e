"""`orch store`: what it says of a store, and that a look upgrades nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestrator.adapters.store.tables import STEPS
from orchestrator.cli.main import run
from tests.store.old_stores import old_store, tables_of

Screen = pytest.CaptureFixture[str]


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store of an older orch, in the home of the commands."""
    monkeypatch.setenv("ORCH_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("ORCH_STORE_URL", raising=False)
    return old_store(tmp_path / "home", 5)


def test_a_look_says_both_versions_and_changes_nothing(file: Path, capsys: Screen) -> None:
    assert run(["store", "show"]) == 0
    assert f"tables   version 5; this orch has {len(STEPS)}, and upgrades it" in capsys.readouterr().out
    assert run(["store", "show", "--json"]) == 0
    look = json.loads(capsys.readouterr().out)
    assert (look["kind"], look["tables"], look["known"], look["copies"]) == ("store", 5, len(STEPS), [])
    assert tables_of(file) == 5


def test_an_upgrade_tells_where_the_copy_is(file: Path, capsys: Screen) -> None:
    assert run(["store", "upgrade"]) == 0
    screen = capsys.readouterr()
    copy = file.with_name("journal-of-tables-5.sqlite")
    assert str(copy) in screen.err
    assert f"version {len(STEPS)} now" in screen.out
    assert (tables_of(file), tables_of(copy)) == (len(STEPS), 5)
    assert run(["store", "upgrade"]) == 0
    assert "Nothing was changed" in capsys.readouterr().out
    assert run(["store", "show"]) == 0
    assert f"copy     {copy}" in capsys.readouterr().out


def test_any_other_command_upgrades_it_and_tells_once(file: Path, capsys: Screen) -> None:
    for words in (f"upgraded from tables of version 5 to {len(STEPS)}", ""):
        assert run(["list"]) == 0
        errors = capsys.readouterr().err
        assert words in errors
    assert "upgraded" not in errors
    assert tables_of(file) == len(STEPS)


def test_a_server_is_not_upgraded_without_a_word(
    file: Path, capsys: Screen, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    from sqlalchemy import insert

    from orchestrator.adapters.store.postgresql import shared_engine, url_of
    from orchestrator.adapters.store.sqlite import WRITING
    from orchestrator.adapters.store.tables import SCHEMA

    engine = shared_engine(url_of(database_url))
    with engine.connect().execution_options(**WRITING) as connection, connection.begin():
        SCHEMA.create(connection)
        STEPS[0](connection)
        connection.execute(insert(SCHEMA), {"version": 1})
    engine.dispose()
    monkeypatch.setenv("ORCH_STORE_URL", database_url)
    assert run(["store", "show"]) == 0
    assert "tables   version 1;" in capsys.readouterr().out
    for words, code in ((["list"], 13), (["store", "upgrade"], 4)):
        assert run(words) == code
        assert "orch store upgrade --backed-up" in capsys.readouterr().err
    assert run(["store", "upgrade", "--backed-up"]) == 0
    assert f"version {len(STEPS)} now" in capsys.readouterr().out
