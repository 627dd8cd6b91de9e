"""A store of any earlier version is upgraded after it was copied; a kill at any step loses nothing; newer ones are refused."""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, insert

from orchestrator.adapters.clock import SystemClock
from orchestrator.adapters.store import SqlJournal
from orchestrator.adapters.store.database import Database
from orchestrator.adapters.store.postgresql import shared_engine, url_of
from orchestrator.adapters.store.sqlite import WRITING
from orchestrator.adapters.store.store_look import look_at_store
from orchestrator.adapters.store.tables import SCHEMA, STEPS
from orchestrator.adapters.store.upgrade import copies_in, remove_copies
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.engine.use_cases.deployment_commands import resume
from orchestrator.engine.use_cases.deployment_commands import signal as say
from orchestrator.errors import StoreFault
from tests.store.old_stores import PAUSED, VERSIONS, events_of, old_store, tables_of
from tests.worlds.fleet import Fleet

OLDER = VERSIONS[:-1]


def opened(home: Path) -> SqlJournal:
    return SqlJournal(home, SystemClock())


def test_there_is_a_store_of_each_version() -> None:
    assert VERSIONS[-1] == len(STEPS), "the dump of the newest tables is missing in tests/cases/stores"


@pytest.mark.parametrize("version", OLDER)
def test_an_older_store_is_upgraded_after_it_was_copied(tmp_path: Path, version: int) -> None:
    file = old_store(tmp_path / "home", version)
    before = events_of(file)
    assert look_at_store(file.parent, None).tables == version
    journal = opened(file.parent)
    upgraded = journal.database.upgraded
    assert upgraded is not None
    assert (upgraded.old, upgraded.new, upgraded.copy.parent) == (version, len(STEPS), file.parent)
    assert str(upgraded.copy) in str(upgraded)
    assert [len(journal.read(name)) for name in journal.deployments()] == [3, 3]
    journal.close()
    assert (tables_of(file), events_of(file)) == (len(STEPS), before)
    assert (tables_of(upgraded.copy), events_of(upgraded.copy)) == (version, before)
    assert upgraded.copy.stat().st_mode & 0o777 == 0o600
    again = opened(file.parent)
    assert again.database.upgraded is None
    again.close()


@pytest.mark.parametrize("version", VERSIONS)
def test_a_deployment_that_an_older_orch_paused_goes_on(tmp_path: Path, version: int) -> None:
    old_store(tmp_path / "home", version)
    fleet = Fleet(home=tmp_path / "home")
    say(fleet.ports, PAUSED, e.Resumed(by="ann", reason="the new program goes on"))
    ended = resume(fleet.ports, PAUSED, by="ann", watch=lambda record: None)
    assert ended.state is State.COMPLETED


def test_the_newest_tables_are_the_same_however_a_store_came_to_them(tmp_path: Path) -> None:
    shapes = []
    for version in (0, *OLDER):
        home = tmp_path / str(version)
        if version:
            old_store(home, version)
        opened(home).close()
        with closing(sqlite3.connect(home / "journal.sqlite")) as connection:
            rows = connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()
            shapes.append([(name, sql) for name, sql in rows if not name.startswith("sqlite_")])
    assert [index for index, shape in enumerate(shapes) if shape != shapes[0]] == []


def killed_at(home: Path, point: int) -> bool:
    """Open the store in a process that is killed at this point of its way; whether it was."""
    child = os.fork()
    if not child:
        try:
            _die_at(point, home)
            opened(home).close()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == -signal.SIGKILL


def _die_at(point: int, home: Path) -> None:
    """Every statement, every file that is opened, renamed or removed, and every database is a point."""
    passed = 0

    def step() -> None:
        nonlocal passed
        passed += 1
        if passed == point:
            os.kill(os.getpid(), signal.SIGKILL)

    def audit(name: str, values: tuple[object, ...]) -> None:
        if name in ("sqlite3.connect", "os.rename", "os.remove", "open") and str(home) in str(values[:1]):
            step()

    def statement(*_: object) -> None:
        step()

    sys.addaudithook(audit)
    event.listen(Engine, "before_cursor_execute", statement)


@pytest.mark.parametrize(
    ("version", "every"),
    [(5, 7), *(pytest.param(each, 1, marks=pytest.mark.slow) for each in OLDER)],
)
def test_an_upgrade_that_is_killed_at_any_step_is_finished_by_the_next(
    tmp_path: Path, version: int, every: int
) -> None:
    point, killed, without_copy = 1, 0, 0
    while True:
        file = old_store(tmp_path / str(point), version)
        before = events_of(file)
        if not killed_at(file.parent, point):
            break
        killed += 1
        without_copy += not copies_in(file.parent)
        journal = opened(file.parent)
        assert [len(journal.read(name)) for name in journal.deployments()] == [3, 3], point
        journal.close()
        assert (tables_of(file), events_of(file)) == (len(STEPS), before), point
        copies = copies_in(file.parent)
        assert [(tables_of(copy), events_of(copy)) for copy in copies] == [(version, before)], point
        assert not list(file.parent.glob("*.part*")), point
        point += every
    assert killed > 30 // every
    assert 0 < without_copy < killed, "no kill came before the copy, or none after it"


def test_a_copy_with_other_content_is_kept(tmp_path: Path) -> None:
    file = old_store(tmp_path, 5)
    opened(tmp_path).close()
    [first] = copies_in(tmp_path)
    with closing(sqlite3.connect(first)) as connection, connection:
        connection.execute("DELETE FROM events WHERE deployment = 'd0'")
    kept = events_of(first)
    for each in tmp_path.glob("journal.sqlite*"):
        each.unlink()
    old_store(tmp_path, 5)
    opened(tmp_path).close()
    assert [len(events_of(copy)) for copy in copies_in(tmp_path)] == [6, 3]
    assert events_of(first) == kept
    assert tables_of(file) == len(STEPS)
    remove_copies(tmp_path)
    assert copies_in(tmp_path) == []


def test_a_store_that_cannot_be_copied_is_not_upgraded(tmp_path: Path) -> None:
    file = old_store(tmp_path, 5)
    (tmp_path / "journal-of-tables.part").mkdir()
    with pytest.raises(StoreFault, match="Nothing was changed"):
        opened(tmp_path)
    assert tables_of(file) == 5


def test_a_newer_store_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = old_store(tmp_path, len(STEPS))
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("INSERT INTO schema_steps VALUES (?)", (len(STEPS) + 1,))
    content = file.read_bytes()
    with pytest.raises(StoreFault, match=f"tables of version {len(STEPS) + 1}; this one knows {len(STEPS)}"):
        opened(tmp_path)
    assert file.read_bytes() == content
    assert copies_in(tmp_path) == []


def test_a_server_is_upgraded_when_its_administrator_has_a_backup(tmp_path: Path, database_url: str) -> None:
    engine = shared_engine(url_of(database_url))
    with engine.connect().execution_options(**WRITING) as connection, connection.begin():
        SCHEMA.create(connection)
        for number, step in enumerate(STEPS[:5], start=1):
            step(connection)
            connection.execute(insert(SCHEMA), {"version": number})
    engine.dispose()
    with pytest.raises(StoreFault, match=r"pg_dump .*orch store upgrade --backed-up"):
        SqlJournal(tmp_path / "store", SystemClock(), url=database_url)
    assert look_at_store(tmp_path, database_url).tables == 5
    Database.at_url(database_url, backed_up=True).close()
    assert look_at_store(tmp_path, database_url).tables == len(STEPS)
    SqlJournal(tmp_path / "store", SystemClock(), url=database_url).close()
