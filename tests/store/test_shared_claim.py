"""The claim to drive, between machines that share a real PostgreSQL: restarts, cut lines, dead and frozen holders."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from orchestrator.adapters.clock import SystemClock
from orchestrator.adapters.store import SqlJournal
from orchestrator.adapters.store.shared_claim import ClaimTerms
from orchestrator.engine.lease_ports import LeaseTerms
from orchestrator.errors import Conflict, StoreFault
from tests.store import postgres
from tests.store.cut_line import cut_line
from tests.store.writers import word

SHORT = LeaseTerms(lease=2.0, renew=0.4, margin=0.2, look=0.1, patience=20.0)


@pytest.fixture
def server() -> Iterator[postgres.Server]:
    reason = postgres.lacking()
    if reason is not None:
        pytest.skip(reason)
    with postgres.running() as started:
        yield started


def machine(place: Path, url: str, terms: LeaseTerms = SHORT) -> SqlJournal:
    return SqlJournal(place, SystemClock(), url=url, claims=ClaimTerms(terms))


def driving(home: Path, url: str, terms: LeaseTerms = SHORT) -> subprocess.Popen[str]:
    """A process on another machine that drives d1; a line on its input makes it append once, and say what came of it."""
    script = (
        "import sys\nfrom pathlib import Path\n"
        "from tests.store.test_shared_claim import LeaseTerms, machine, word\n"
        "terms = LeaseTerms(*map(float, sys.argv[3:]))\n"
        "journal = machine(Path(sys.argv[1]), sys.argv[2], terms)\n"
        "with journal.drive_alone('d1'):\n"
        "    print('driving', flush=True)\n"
        "    input()\n"
        "    try:\n"
        "        journal.append('d1', 0, [word(1, 1)])\n"
        "        print('appended', flush=True)\n"
        "    except Exception as error:\n"
        "        print(type(error).__name__, error, flush=True)\n"
    )
    numbers = (terms.lease, terms.renew, terms.margin, terms.look, terms.patience)
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(home), url, *map(str, numbers)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "driving\n"
    return process


def test_a_restart_of_the_server_takes_the_claim_from_nobody(tmp_path: Path, server: postgres.Server) -> None:
    here, there = machine(tmp_path / "here", server.url), machine(tmp_path / "there", server.url)
    with here.drive_alone("d1") as claim:
        server.stop()
        time.sleep(SHORT.lease * 1.5)
        server.start()
        with pytest.raises(Conflict, match="d1 is driven"):
            there.drive_alone("d1")
        claim.confirm()
        assert here.append("d1", 0, [word(1, 1)])[0].seq == 1
    with there.drive_alone("d1"):
        pass
    here.close()
    there.close()


def test_a_holder_waits_for_a_server_that_is_away_and_goes_on(
    tmp_path: Path, server: postgres.Server
) -> None:
    here = machine(tmp_path / "here", server.url)
    with here.drive_alone("d1") as claim, ThreadPoolExecutor(2) as pool:
        server.stop()
        time.sleep(SHORT.lease)
        confirmed, read = pool.submit(claim.confirm), pool.submit(here.read, "d1")
        time.sleep(0.5)
        assert not confirmed.done(), "its lease is over: it must not act"
        assert not read.done()
        server.start()
        confirmed.result(15)
        assert read.result(15) == []
        assert here.append("d1", 0, [word(1, 1)])[0].seq == 1
    here.close()


def test_a_holder_gives_up_at_last(tmp_path: Path, server: postgres.Server) -> None:
    terms = LeaseTerms(lease=1.0, renew=0.2, margin=0.1, look=0.1, patience=1.0)
    here = machine(tmp_path / "here", server.url, terms)
    with here.drive_alone("d1") as claim:
        server.stop()
        time.sleep(1.0)
        with pytest.raises(StoreFault, match=r"cannot be renewed.*cannot be reached.*orch resume"):
            claim.confirm()
        with pytest.raises(StoreFault, match="cannot be reached"):
            here.read("d1")
    here.close()


def test_who_loses_its_connection_keeps_its_claim(tmp_path: Path, database_url: str) -> None:
    here, there = machine(tmp_path / "here", database_url), machine(tmp_path / "there", database_url)
    with here.drive_alone("d1") as claim:
        for _ in range(4):
            with psycopg.connect(database_url, autocommit=True) as other:
                other.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'pid %'"
                )
            with pytest.raises(Conflict, match="d1 is driven"):
                there.drive_alone("d1")
            claim.confirm()
    here.close()
    there.close()


def test_a_dead_holder_is_followed_when_its_lease_was_seen_unrenewed(
    tmp_path: Path, database_url: str
) -> None:
    here = machine(tmp_path / "here", database_url)
    other = driving(tmp_path / "there", database_url)
    other.kill()
    other.communicate()
    began = time.monotonic()
    with here.drive_alone("d1"):
        took = time.monotonic() - began
        assert SHORT.lease <= took < SHORT.lease + 2.0
    here.close()


def test_who_is_refused_is_so_by_the_first_renewal(tmp_path: Path, database_url: str) -> None:
    here, there = machine(tmp_path / "here", database_url), machine(tmp_path / "there", database_url)
    with here.drive_alone("d1"):
        began = time.monotonic()
        with pytest.raises(Conflict, match=f"pid {os.getpid()} on"):
            there.drive_alone("d1")
        assert time.monotonic() - began < SHORT.lease + 2.0
        claim = there.claim("d1")
        assert claim is not None
        assert not claim.overdue
        assert claim.holder.startswith(f"pid {os.getpid()} on")
    assert there.claim("d1") is None
    here.close()
    there.close()


def test_a_file_says_nothing_of_claims(tmp_path: Path) -> None:
    here = SqlJournal(tmp_path / "here", SystemClock())
    with here.drive_alone("d1"):
        assert here.claim("d1") is None
    here.close()


def test_in_the_same_home_a_dead_holder_is_followed_at_once(tmp_path: Path, database_url: str) -> None:
    other = driving(tmp_path / "home", database_url, LeaseTerms())
    other.kill()
    other.communicate()
    here = machine(tmp_path / "home", database_url, LeaseTerms())
    began = time.monotonic()
    with here.drive_alone("d1"):
        assert time.monotonic() - began < 2.0
    here.close()


@pytest.mark.slow
def test_with_the_terms_of_orch_it_takes_less_than_45_seconds(tmp_path: Path, database_url: str) -> None:
    here = machine(tmp_path / "here", database_url, LeaseTerms())
    other = driving(tmp_path / "there", database_url, LeaseTerms())
    other.kill()
    other.communicate()
    began = time.monotonic()
    with here.drive_alone("d1"):
        assert 20.0 <= time.monotonic() - began < 45.0
    here.close()


def test_a_frozen_holder_is_taken_over_and_refused_when_it_wakes(tmp_path: Path, database_url: str) -> None:
    here = machine(tmp_path / "here", database_url)
    zombie = driving(tmp_path / "there", database_url)
    os.kill(zombie.pid, signal.SIGSTOP)
    began = time.monotonic()
    try:
        with here.drive_alone("d1"):  # its session is there, and only renewals are signs of life
            assert SHORT.lease <= time.monotonic() - began < SHORT.lease + 2.0
            os.kill(zombie.pid, signal.SIGCONT)
            words, _ = zombie.communicate("append\n", timeout=30)
            assert words.startswith("TakenOver d1 was taken over by another process")
            assert here.read("d1") == []
            assert here.append("d1", 0, [word(1, 1)])[0].seq == 1
    finally:
        zombie.kill()
        zombie.communicate()
    here.close()


def test_a_holder_that_is_cut_off_stops_before_another_begins(
    tmp_path: Path, server: postgres.Server
) -> None:
    with cut_line(server.socket) as line:
        away = f"postgresql://orch@127.0.0.1:{line.port}/postgres?tcp_user_timeout=1000&connect_timeout=2"
        here, there = machine(tmp_path / "here", away), machine(tmp_path / "there", server.url)
        with here.drive_alone("d1") as claim:
            claim.confirm()
            line.whole.clear()
            cut = time.monotonic()
            while claim_left(here) > 0:
                time.sleep(0.02)
            stopped = time.monotonic()
            # Its session is still there: a machine that vanished has not said so. The end of its lease does.
            while True:
                try:
                    taken = there.drive_alone("d1")
                    break
                except Conflict:
                    time.sleep(0.1)
            assert stopped - cut <= SHORT.lease
            assert stopped < time.monotonic() < cut + 3 * SHORT.lease
            with taken:
                line.whole.set()
                with pytest.raises(Conflict, match="taken over"):
                    claim.confirm()
                with pytest.raises(Conflict, match="taken over"):
                    here.append("d1", 0, [word(1, 1)])
                assert there.append("d1", 0, [word(1, 1)])[0].seq == 1
        here.close()
        there.close()


def claim_left(journal: SqlJournal) -> float:
    """Seconds in which the holder of d1 may act."""
    return journal._fences["d1"].lease.left()
