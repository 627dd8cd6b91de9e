"""Several processes at once, and kill -9 at any moment."""

import os
import signal
import time
from collections.abc import Iterator
from fcntl import LOCK_EX, flock
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import create_engine, text

from orchestrator.adapters.clock import SystemClock
from orchestrator.adapters.store import SqlJournal
from orchestrator.domain.journal.events import Paused
from orchestrator.errors import Conflict
from tests.store.writers import append_for_ever, append_with_retry, hold_claim, pipe, start, word

KILLS = int(os.environ.get("ORCH_KILLS", "15"))
"""How many writers are killed; a long run asks for more."""


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def journal(store: Path) -> Iterator[SqlJournal]:
    opened = SqlJournal(store, SystemClock())
    yield opened
    opened.close()


def test_eight_processes_append_and_nothing_is_lost(store: Path) -> None:
    writers, each = 8, 100
    processes = [start(append_with_retry, store, writer, each) for writer in range(writers)]
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0] * writers
    journal = SqlJournal(store, SystemClock())
    records = journal.read("d1")
    journal.close()
    assert [record.seq for record in records] == list(range(1, writers * each + 1))
    numbers: dict[str, list[str]] = {}
    for record in records:
        assert isinstance(record.event, Paused)
        numbers.setdefault(record.event.by, []).append(record.event.reason.split()[0])
    assert numbers == {str(writer): [str(number) for number in range(each)] for writer in range(writers)}
    assert [record.at for record in records] == sorted(record.at for record in records)


@pytest.mark.parametrize("run", range(3))
def test_a_new_store_is_opened_by_many_at_once(store: Path, run: int) -> None:
    processes = [start(append_with_retry, store, writer, 1) for writer in range(12)]
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * 12


def test_who_makes_a_new_store_ready_is_alone(store: Path) -> None:
    store.mkdir(mode=0o700)
    with (store / "journal.set-up").open("w") as other:
        flock(other, LOCK_EX)
        process = start(append_with_retry, store, 1, 1)
        process.join(1)
        assert process.is_alive()
        assert (store / "journal.sqlite").stat().st_size == 0
    process.join(30)
    assert process.exitcode == 0


def test_what_was_acknowledged_survives_kill_9(store: Path) -> None:
    random = Random(KILLS)
    acknowledged = 0
    for _ in range(KILLS):
        acknowledged = max(acknowledged, append_until_killed(store, random.uniform(0, 0.12)))
        journal = SqlJournal(store, SystemClock())
        seqs = [record.seq for record in journal.read("d1")]
        journal.close()
        assert seqs == list(range(1, len(seqs) + 1))
        # At most the one transaction whose acknowledgement was under way.
        assert acknowledged <= len(seqs) <= acknowledged + 3
        acknowledged = len(seqs)
    assert acknowledged > KILLS
    assert integrity(store) == "ok"


def append_until_killed(store: Path, seconds: float) -> int:
    """The highest acknowledged number of a writer that is killed so long after its first; 0 when killed before it."""
    reader, writer = pipe()
    process = start(append_for_ever, store, writer)
    writer.close()
    if seconds > 0.02:
        reader.poll(30)
    time.sleep(seconds)
    process.kill()
    process.join(30)
    assert process.exitcode == -signal.SIGKILL
    return max(received(reader), default=0)


def received(reader: Connection) -> Iterator[int]:
    while True:
        try:
            yield int.from_bytes(reader.recv_bytes(), "big")
        except (EOFError, OSError):
            return


def integrity(store: Path) -> str:
    engine = create_engine(f"sqlite:///{store}/journal.sqlite")
    with engine.connect() as connection:
        return str(connection.scalar(text("PRAGMA integrity_check")))


def test_the_conflict_names_the_process_that_drives(store: Path, journal: SqlJournal) -> None:
    reader, writer = pipe()
    holder = start(hold_claim, store, writer)
    left = reader.recv()
    with pytest.raises(Conflict) as conflict:
        journal.drive_alone("d1")
    assert f"pid {holder.pid} on " in str(conflict.value)
    assert "user root" in str(conflict.value) or os.geteuid() != 0
    assert "since 20" in str(conflict.value)
    assert "command orch deploy 'plans/shop 2.yml'" in str(conflict.value)
    assert journal.append("d1", 0, [word(1, 1)])
    end(holder.pid, left)


def test_the_claim_ends_with_the_killed_process_and_not_with_what_it_left_behind(
    store: Path, journal: SqlJournal
) -> None:
    reader, writer = pipe()
    holder = start(hold_claim, store, writer)
    left = reader.recv()
    with pytest.raises(Conflict):
        journal.drive_alone("d1")
    holder.kill()
    holder.join(30)
    deadline = time.monotonic() + 10
    while not Path(f"/proc/{left}/cmdline").read_bytes().startswith(b"sleep"):
        assert time.monotonic() < deadline, "what was left behind never became the program it was to be"
    with journal.drive_alone("d1"), pytest.raises(Conflict, match=f"pid {os.getpid()} "):
        journal.drive_alone("d1")
    end(left)


def end(*pids: int | None) -> None:
    for pid in pids:
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
