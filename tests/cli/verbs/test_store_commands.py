"""`orch store`: what it says of a store, and that a look upgrades nothing."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import psycopg
import pytest

from orchestrator.adapters.store.postgresql import shown_plain
from orchestrator.adapters.store.tables import STEPS
from orchestrator.cli.main import run
from orchestrator.errors import ExitCode
from tests.seals.sealed_home import sealed_home
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


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of this orch, with a sealed deployment."""
    place = tmp_path / "home"
    monkeypatch.setenv("ORCH_HOME", str(place))
    monkeypatch.delenv("ORCH_STORE_URL", raising=False)
    sealed_home(place, deployments=1)
    return place


def printed(text: str, begins: str) -> list[str]:
    """The words of a command that a message printed, as a shell reads them."""
    command = text[text.index(begins) :].splitlines()[0]
    return shlex.split(command)


@pytest.fixture
def url(database_url: str) -> str:
    """The URL of an empty database, as orch shows it."""
    return shown_plain(database_url)


def test_a_store_moves_and_its_file_leads_there_and_back(
    home: Path, capsys: Screen, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    assert run(["store", "move", url]) == 0
    screen = capsys.readouterr().out
    assert "and verified them" in screen
    assert f"export ORCH_STORE_URL='{url}'" in screen
    for command in (["list"], ["record", "verify"], ["store", "move", "postgresql://elsewhere/x"]):
        assert run(command) in (ExitCode.STORE_FAULT, ExitCode.REFUSED)
        assert f"moved to {url}" in capsys.readouterr().err
    assert run(["store", "show"]) == 0
    assert "moved    The store" in capsys.readouterr().out
    monkeypatch.setenv("ORCH_STORE_URL", url)
    assert run(["record", "verify"]) == 0
    assert run(["list"]) == 0
    assert "d1" in capsys.readouterr().out
    assert run(["store", "move", url]) == ExitCode.REFUSED
    assert "unset ORCH_STORE_URL" in capsys.readouterr().err
    monkeypatch.delenv("ORCH_STORE_URL")
    run(["list"])
    back = printed(capsys.readouterr().err, "orch store move --back")
    assert run(back[1:]) == 0
    assert "is in force again" in capsys.readouterr().out
    assert run(["record", "verify"]) == 0
    monkeypatch.setenv("ORCH_STORE_URL", url)
    assert run(["list"]) == ExitCode.STORE_FAULT
    assert "is not in force" in capsys.readouterr().err


def test_a_move_for_machines(home: Path, capsys: Screen, url: str) -> None:
    assert run(["store", "move", url, "--json"]) == 0
    moved = json.loads(capsys.readouterr().out)
    events = moved["tables"]["events"]
    assert (moved["kind"], moved["place"], moved["finished"]) == ("store_moved", url, False)
    assert (events["rows"] > 0, len(events["digest"])) == (True, 64)
    assert run(["store", "move", url, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["finished"]
    assert run(["store", "show", "--json"]) == 0
    assert not json.loads(capsys.readouterr().out)["in_force"]
    assert run(["store", "move", "--back", url, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["kind"] == "store_moved_back"


def test_a_database_in_use_is_refused_in_words(home: Path, capsys: Screen, url: str) -> None:
    with psycopg.connect(url) as server:
        server.execute("CREATE TABLE customers (name text)")
    assert run(["store", "move", url]) == ExitCode.REFUSED
    assert "is not empty: it has customers" in capsys.readouterr().err


def test_a_home_is_backed_up_and_restored(home: Path, tmp_path: Path, capsys: Screen) -> None:
    file = tmp_path / "home.orch"
    assert run(["store", "backup", str(file)]) == 0
    assert "It holds private keys" in capsys.readouterr().out
    assert run(["store", "backup", str(file)]) == ExitCode.REFUSED
    assert "is not written over" in capsys.readouterr().err
    assert run(["store", "restore", str(file)]) == ExitCode.REFUSED
    away = printed(capsys.readouterr().err, "mv ")
    home.rename(away[2].rstrip("),"))
    assert run(["store", "restore", str(file), "--json"]) == 0
    restored = json.loads(capsys.readouterr().out)
    assert (restored["kind"], restored["home"], restored["store"]) == ("store_restored", str(home), "file")
    assert run(["record", "verify"]) == 0


def test_a_home_on_a_server_is_backed_up_without_its_database(
    home: Path, tmp_path: Path, capsys: Screen, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    assert run(["store", "move", url]) == 0
    monkeypatch.setenv("ORCH_STORE_URL", url)
    assert run(["store", "backup", str(tmp_path / "home.orch")]) == 0
    assert "pg_dump --format=custom" in capsys.readouterr().out
    home.rename(tmp_path / "old")
    assert run(["store", "restore", str(tmp_path / "home.orch")]) == 0
    assert "restore its dump with pg_restore" in capsys.readouterr().out
    assert run(["record", "verify"]) == 0


def test_what_is_no_backup_is_refused_and_nothing_is_made(
    tmp_path: Path, capsys: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORCH_HOME", str(tmp_path / "home"))
    (tmp_path / "text").write_text("hello")
    assert run(["store", "restore", str(tmp_path / "text")]) == ExitCode.USAGE
    assert "is no whole backup of orch" in capsys.readouterr().err
    assert not (tmp_path / "home").exists()
