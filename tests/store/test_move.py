"""A store moves to a server whole, and only when nothing is at work; a kill at any moment leaves one store in force."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, event

from orchestrator.adapters.clock import SystemClock
from orchestrator.adapters.keys.seal_keys import FolderSealKeys
from orchestrator.adapters.store import DirectoryBaselineStore, SqlHostLocks
from orchestrator.adapters.store.contents import SharedContents
from orchestrator.adapters.store.metadata import METADATA
from orchestrator.adapters.store.moving import rows
from orchestrator.adapters.store.moving.move import StoreMove
from orchestrator.adapters.store.seals.sql_seals import SqlSeals
from orchestrator.adapters.store.store_look import look_at_store
from orchestrator.errors import NotFound, Refused, StoreFault
from tests.store.homes import baseline, names, opened
from tests.store.old_stores import events_of
from tests.store.writers import word


def moving(home: Path, url: str) -> StoreMove:
    clock = SystemClock()
    return StoreMove(home, url, FolderSealKeys(home, clock.now), clock)


def move(home: Path, url: str) -> None:
    moving(home, url).go(lambda done, of: None)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with two deployments, five events, an epoch, and a baseline."""
    place = tmp_path / "home"
    journal = opened(place)
    for name, count in (("d1", 3), ("d2", 2)):
        for number in range(count):
            journal.append(name, number, [word(1, number)])
    locks = SqlHostLocks(place, SystemClock())
    locks.next_epoch()
    locks.close()
    journal.close()
    DirectoryBaselineStore(place / "baselines").put(baseline())
    return place


def test_every_table_is_copied_or_left_out_with_a_reason() -> None:
    decided = [*rows.COPIED, *rows.LEFT_OUT]
    assert sorted(table.name for table in decided) == sorted(METADATA.tables)


def test_a_store_goes_whole_and_its_log_goes_on(home: Path, database_url: str) -> None:
    before = events_of(home / "journal.sqlite")
    heard: list[tuple[int, int]] = []
    moved = moving(home, database_url).go(lambda done, of: heard.append((done, of)))
    assert moved.tables["events"].rows == 5
    assert (moved.contents, moved.finished) == (1, False)
    assert (
        heard[-1][0] == heard[-1][1] == sum(each.rows for each in moved.tables.values()) - 1
    )  # the key of the home
    there = opened(home, database_url)
    keys = FolderSealKeys(home, SystemClock().now)
    seals = SqlSeals(there.database, keys, SystemClock())
    assert names(there) == {"d1": 3, "d2": 2}
    size = seals.log_look().size
    there.append("d1", 3, [word(1, 4)])
    there.close()
    looks = seals.looks(seals.known())
    assert [(look.intact, look.breaks) for look in looks] == [(True, 0)] * 2
    assert (seals.log_look().size, seals.log_look().findings) == (size + 1, ())
    digest = next((home / "baselines").glob("??/*"))
    assert SharedContents(there.database).get(digest.parent.name + digest.name) is not None
    locks = SqlHostLocks(home, SystemClock(), url=database_url)
    with psycopg.connect(database_url) as server:
        assert server.execute(
            "SELECT count(*), max(epoch) < %s FROM epochs", [locks.next_epoch()]
        ).fetchone() == (
            2,
            False,
        )
    locks.close()
    assert events_of(home / "journal.sqlite") == before


def test_another_machine_takes_its_checkpoints(home: Path, tmp_path: Path, database_url: str) -> None:
    move(home, database_url)
    other = opened(tmp_path / "other", database_url)
    other.append("d2", 2, [word(1, 3)])
    seals = SqlSeals(other.database, FolderSealKeys(tmp_path / "other", SystemClock().now), SystemClock())
    assert [look.intact for look in seals.looks(seals.known())] == [True, True]
    other.close()


def test_the_file_says_where_its_store_went(home: Path, database_url: str) -> None:
    open_before = opened(home)
    move(home, database_url)
    for act in (lambda: opened(home), lambda: SqlHostLocks(home, SystemClock())):
        with pytest.raises(StoreFault, match=r"moved to postgresql://.*ORCH_STORE_URL=.*store move --back"):
            act()
    with pytest.raises(StoreFault, match="moved to postgresql://"):
        open_before.append("d1", 3, [word(1, 4)])
    open_before.close()
    look = look_at_store(home, None)
    assert "moved to postgresql://" in look.mark
    assert look_at_store(home, database_url).mark == ""


def test_it_goes_back_while_nothing_was_done_there(home: Path, database_url: str) -> None:
    move(home, database_url)
    assert moving(home, database_url).back() == home / "journal.sqlite"
    here = opened(home)
    assert names(here) == {"d1": 3, "d2": 2}
    here.append("d1", 3, [word(1, 4)])
    here.close()
    with pytest.raises(StoreFault, match="is not in force"):
        opened(home, database_url)
    move(home, database_url)
    there = opened(home, database_url)
    assert names(there) == {"d1": 4, "d2": 2}
    there.append("d1", 4, [word(1, 5)])
    there.close()
    with pytest.raises(Refused, match=r"something was done.*events, seal_log differ"):
        moving(home, database_url).back()
    assert "moved to" in look_at_store(home, None).mark


def test_who_had_the_server_open_when_it_went_back_writes_no_more(home: Path, database_url: str) -> None:
    move(home, database_url)
    there = opened(home, database_url)
    moving(home, database_url).back()
    with pytest.raises(StoreFault, match="is not in force"):
        there.append("d1", 3, [word(1, 4)])
    there.close()


def test_nothing_moves_while_a_deployment_is_driven(home: Path, database_url: str) -> None:
    journal = opened(home)
    with journal.drive_alone("d1"), pytest.raises(Refused, match="d1 is driven just now"):
        move(home, database_url)
    journal.close()
    move(home, database_url)


def test_nothing_moves_while_machines_are_held(home: Path, database_url: str) -> None:
    locks = SqlHostLocks(home, SystemClock())
    locks.take("d1", {"m1": "web1"}, "ann")
    with pytest.raises(Refused, match="d1 holds machines"):
        move(home, database_url)
    locks.give_back("d1")
    locks.close()
    move(home, database_url)


def test_a_database_that_is_not_empty_is_left_alone(home: Path, database_url: str) -> None:
    with psycopg.connect(database_url) as server:
        server.execute("CREATE TABLE customers (name text)")
    with pytest.raises(Refused, match="is not empty: it has customers"):
        move(home, database_url)
    assert look_at_store(home, None).mark == ""


def test_a_store_that_others_use_is_left_alone(home: Path, tmp_path: Path, database_url: str) -> None:
    other = opened(tmp_path / "other", database_url)
    other.append("d9", 0, [word(1, 1)])
    with pytest.raises(Refused, match=r"is not empty: it has .*events"):
        move(home, database_url)
    assert names(other) == {"d9": 1}
    other.close()


def test_tables_without_rows_are_an_empty_database(home: Path, tmp_path: Path, database_url: str) -> None:
    opened(tmp_path / "other", database_url).close()
    move(home, database_url)
    there = opened(home, database_url)
    assert names(there) == {"d1": 3, "d2": 2}
    there.close()


def test_a_damaged_baseline_stays_and_so_does_everything(home: Path, database_url: str) -> None:
    file = next((home / "baselines").glob("??/*"))
    file.write_bytes(b"damaged")
    with pytest.raises(StoreFault, match=f"{file.name}.*Nothing was moved"):
        move(home, database_url)
    assert look_at_store(home, None).mark == ""
    file.unlink()
    move(home, database_url)


def test_a_broken_seal_goes_as_it_is_and_is_not_mended_by_a_move(home: Path, database_url: str) -> None:
    with closing(sqlite3.connect(home / "journal.sqlite")) as connection, connection:
        connection.execute("UPDATE events SET version = 0 WHERE deployment = 'd1' AND seq = 1")
    move(home, database_url)
    there = opened(home, database_url)
    seals = SqlSeals(there.database, FolderSealKeys(home, SystemClock().now), SystemClock())
    codes = {look.deployment: [each.code for each in look.findings] for look in seals.looks(["d1", "d2"])}
    assert codes == {"d1": ["seal.event_changed"], "d2": []}
    there.close()


@pytest.mark.parametrize("url", ["sqlite:///x.db", "nonsense", "postgresql://orch@/x?host=/nowhere"])
def test_a_url_that_leads_to_no_server(home: Path, url: str) -> None:
    with pytest.raises((Refused, StoreFault)):
        move(home, url)
    assert look_at_store(home, None).mark == ""


def test_where_there_is_no_store_nothing_is_made(tmp_path: Path, database_url: str) -> None:
    with pytest.raises(NotFound, match="There is no store"):
        move(tmp_path / "none", database_url)
    assert not (tmp_path / "none").exists()


def killed_at(point: int, act: Callable[[], object]) -> bool:
    """Act in a process that is killed at this statement or commit; whether it was."""
    child = os.fork()
    if not child:
        try:
            _die_at(point)
            act()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == -signal.SIGKILL


def _die_at(point: int) -> None:
    passed = 0

    def step(*_: object) -> None:
        nonlocal passed
        passed += 1
        if passed == point:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.stderr = open(os.devnull, "w")  # noqa: PTH123, SIM115
    for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
        event.listen(Engine, name, step)
    event.listen(Engine, "rollback", step)


def in_force(home: Path, url: str) -> list[str]:
    """Which of the two stores opens, with all that was in it."""
    which = []
    for name, place in (("file", None), ("server", url)):
        try:
            journal = opened(home, place)
        except StoreFault:
            continue
        if journal.deployments():
            assert names(journal) == {"d1": 3, "d2": 2}, name
            which.append(name)
        journal.close()
    return which


@pytest.mark.long
@pytest.mark.parametrize(
    ("way", "every"),
    [
        ("there", 53),
        ("back", 9),
        *(pytest.param(way, 1, marks=pytest.mark.slow) for way in ("there", "back")),
    ],
)
def test_a_kill_at_any_moment_leaves_one_store_in_force(
    home: Path, tmp_path: Path, postgresql: str, way: str, every: int
) -> None:
    seen, back = set(), way == "back"

    def killed(point: int) -> bool:
        """Whether that statement is reached; then what is in force after the kill is known, and the command finishes it."""
        name = f"kill{os.getpid()}_{way}_{every}_{point}"
        with psycopg.connect(postgresql, autocommit=True) as server:
            server.execute(f"CREATE DATABASE {name}".encode())
        url = postgresql.replace("/postgres?", f"/{name}?")
        place = tmp_path / str(point)
        shutil.copytree(home, place)
        if back:
            move(place, url)
        if not killed_at(point, moving(place, url).back if back else partial(move, place, url)):
            return False
        [which] = in_force(place, url)
        seen.add(which)
        # Whoever repeats the command finishes it.
        if back and which == "server":
            moving(place, url).back()
        elif not back:
            move(place, url)
        assert in_force(place, url) == ["file" if back else "server"], point
        return True

    point = 1
    while killed(point):
        point += every
    last, beyond = point - every, point
    while beyond - last > 1:
        # The turn is among the last statements, wherever the steps fall.
        middle = (last + beyond) // 2
        last, beyond = (middle, beyond) if killed(middle) else (last, middle)
    # The way back turns with its last statement.
    assert seen == ({"server"} if back else {"file", "server"}), (
        "no kill came before the turn, or none after it"
    )
