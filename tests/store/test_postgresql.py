"""What is particular to a journal on a PostgreSQL server; the contracts of the store hold there too."""

import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import psycopg
import pytest

from orchestrator.adapters.clock import SystemClock
from orchestrator.adapters.store import SqlHostLocks, SqlJournal
from orchestrator.adapters.store.postgresql import url_of
from orchestrator.adapters.store.tables import STEPS
from orchestrator.domain.journal.events import Paused
from orchestrator.errors import Conflict, StoreFault
from tests.store import postgres
from tests.store.writers import append_with_retry, start, word


def test_six_processes_begin_one_database_and_nothing_is_lost(tmp_path: Path, database_url: str) -> None:
    writers, each = 6, 5
    processes = [
        start(append_with_retry, tmp_path / "store", writer, each, database_url) for writer in range(writers)
    ]
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0] * writers
    journal = SqlJournal(tmp_path / "store", SystemClock(), url=database_url)
    records = journal.read("d1")
    journal.close()
    assert [record.seq for record in records] == list(range(1, writers * each + 1))
    assert [record.at for record in records] == sorted(record.at for record in records)
    with psycopg.connect(database_url) as connection:
        steps = connection.execute("SELECT version FROM schema_steps ORDER BY version").fetchall()
    assert steps == [(number,) for number in range(1, len(STEPS) + 1)]


@pytest.mark.parametrize("run", range(3))
def test_of_many_that_begin_a_database_at_the_same_moment_one_makes_the_tables(
    tmp_path: Path, database_url: str, run: int
) -> None:
    ready = Barrier(8)

    def begin(number: int) -> int:
        ready.wait()
        journal = SqlJournal(tmp_path / "store", SystemClock(), url=database_url)
        try:
            return journal.append(f"d{number}", 0, [word(number, 1)])[0].seq
        finally:
            journal.close()

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(begin, range(8))) == [1] * 8


def test_tables_of_a_newer_orch_are_left_alone(tmp_path: Path, database_url: str) -> None:
    SqlJournal(tmp_path / "store", SystemClock(), url=database_url).close()
    with psycopg.connect(database_url) as connection:
        connection.execute("INSERT INTO schema_steps VALUES (99)")
    with pytest.raises(StoreFault, match="newer orch"):
        SqlJournal(tmp_path / "store", SystemClock(), url=database_url)


def test_a_server_that_goes_away_and_comes_back(tmp_path: Path) -> None:
    reason = postgres.lacking()
    if reason is not None:
        pytest.skip(reason)
    with postgres.server() as url:
        journal = SqlJournal(tmp_path / "store", SystemClock(), url=url)
        journal.append("d1", 0, [word(1, 1)])
        with psycopg.connect(url, autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
        assert journal.append("d1", 1, [word(1, 2)])[0].seq == 2
    with pytest.raises(StoreFault, match=r"Nothing was appended.*cannot be reached"):
        journal.append("d1", 2, [word(1, 3)])
    with pytest.raises(StoreFault, match=r"cannot be read.*cannot be reached"):
        journal.read("d1")
    journal.close()


@pytest.mark.parametrize("opened", [SqlJournal, SqlHostLocks])
@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        (
            "postgresql://ann:s3cret@/orch?host=/nowhere",
            "postgresql.*cannot be opened: the database server cannot be reached",
        ),
        ("postgresql//ann:s3cret@host", "at the URL that was given cannot be opened: the URL makes no sense"),
        ("oracles://ann:s3cret@host/orch", "cannot be opened: the URL makes no sense"),
    ],
)
def test_a_url_that_leads_nowhere_is_told_without_its_password(
    tmp_path: Path, opened: type[SqlJournal] | type[SqlHostLocks], url: str, complaint: str
) -> None:
    with pytest.raises(StoreFault, match=complaint) as raised:
        opened(tmp_path / "store", SystemClock(), url=url)
    assert "s3cret" not in str(raised.value)


@pytest.mark.parametrize("written", ["postgresql://h/d", "postgres://h/d", "postgresql+psycopg://h/d"])
def test_whichever_way_postgresql_is_written_its_driver_is_the_one_orch_brings(written: str) -> None:
    assert str(url_of(written)) == "postgresql+psycopg://h/d"


def test_characters_that_postgresql_has_no_text_for(tmp_path: Path, database_url: str) -> None:
    journal = SqlJournal(tmp_path / "store", SystemClock(), url=database_url)
    event = Paused(by="a\x00n", reason="\x00 \u202e \U0001f600")
    journal.append("d1", 0, [event])
    assert journal.read("d1")[0].event == event
    journal.close()


def claimed(home: Path, url: str) -> subprocess.Popen[str]:
    """Another process, as on another machine: with a directory of its own, driving d1."""
    script = (
        "import sys\nfrom pathlib import Path\n"
        "from orchestrator.adapters.clock import SystemClock\nfrom orchestrator.adapters.store import SqlJournal\n"
        "claim = SqlJournal(Path(sys.argv[1]), SystemClock(), url=sys.argv[2]).drive_alone('d1')\n"
        "print('driving', flush=True)\ninput()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(home), url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "driving\n"
    return process


def test_a_claim_of_another_machine_names_it(tmp_path: Path, database_url: str) -> None:
    journal = SqlJournal(tmp_path / "here", SystemClock(), url=database_url)
    other = claimed(tmp_path / "there", database_url)
    try:
        with pytest.raises(Conflict, match=rf"pid {other.pid} on {socket.gethostname()}"):
            journal.drive_alone("d1")
    finally:
        other.kill()
        other.communicate()
    journal.close()


def test_what_a_driver_starts_does_not_hold_on_to_its_claim(tmp_path: Path, database_url: str) -> None:
    journal = SqlJournal(tmp_path / "here", SystemClock(), url=database_url)
    other = SqlJournal(tmp_path / "there", SystemClock(), url=database_url)
    with journal.drive_alone("d1"):
        worker = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, close_fds=False)
    try:
        with other.drive_alone("d1"):
            pass
    finally:
        worker.communicate(b"\n")
    journal.close()
    other.close()
