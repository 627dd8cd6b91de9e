"""Several homes on one PostgreSQL server: each signs with its own key, and takes the checkpoints of the others for good."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import psycopg
import pytest

from orchestrator.adapters.clock import SystemClock
from orchestrator.adapters.keys.seal_keys import FolderSealKeys
from orchestrator.adapters.store import SqlJournal
from orchestrator.adapters.store.seals.sql_seals import SqlSeals
from orchestrator.domain.seal.findings import SealLook
from tests.store.writers import word


class Home:
    """A home that uses the server."""

    def __init__(self, place: Path, url: str) -> None:
        self.keys = FolderSealKeys(place, SystemClock().now)
        self.journal = SqlJournal(place, SystemClock(), url=url, seal_keys=self.keys)

    def append(self, deployment: str) -> None:
        self.journal.append(deployment, len(self.journal.read(deployment)), [word(1, 1)])

    def look(self, deployment: str) -> SealLook:
        return SqlSeals(self.journal.database, self.keys, SystemClock()).look(deployment)


@pytest.fixture
def homes(tmp_path: Path, database_url: str) -> tuple[Home, Home]:
    return Home(tmp_path / "one", database_url), Home(tmp_path / "two", database_url)


def test_homes_that_take_turns_seal_one_log(homes: tuple[Home, Home]) -> None:
    for _ in range(3):
        for home in homes:
            home.append("d1")
            home.append("d2")
    for home in homes:
        assert [(home.look(name).intact, home.look(name).breaks) for name in ("d1", "d2")] == [(True, 0)] * 2
    assert homes[0].look("d1").size == 6


def test_homes_that_begin_at_the_same_moment_seal_one_log(homes: tuple[Home, Home]) -> None:
    ready = Barrier(4)

    def begin(number: int) -> None:
        ready.wait()
        for _ in range(5):
            homes[number % 2].append(f"d{number}")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(begin, range(4)))
    for number in range(4):
        look = homes[0].look(f"d{number}")
        assert (look.intact, look.size, look.breaks) == (True, 5, 0), look


def test_an_edit_on_the_server_is_found_by_every_home(homes: tuple[Home, Home], database_url: str) -> None:
    for home in homes:
        home.append("d1")
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE events SET at = '2020-01-01T00:00:00.000000+00:00' WHERE seq = 1")
    for home in homes:
        assert [(each.code, each.event) for each in home.look("d1").findings] == [("seal.event_changed", 1)]
