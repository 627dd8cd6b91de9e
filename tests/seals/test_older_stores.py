"""A database that was restored from an older copy is noticed by its home, by anchors, and from a new machine by hosts."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from orchestrator.adapters.keys.seal_keys import FolderSealKeys
from orchestrator.adapters.store import SqlHostLocks, SqlJournal
from orchestrator.adapters.store.seals.sql_seals import SqlSeals
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.engine.lookup.older_store import refuse_older_store
from orchestrator.engine.use_cases.deployment_commands import deploy, rollback
from orchestrator.engine.use_cases.seal_words import accept_log
from orchestrator.errors import StoreFault
from tests.seals.anchored_home import AnchoredHome, anchored_home
from tests.seals.wired import ports_of
from tests.worlds.fleet import Fleet


class Team(Fleet):
    """A fleet whose store is real, and sealed: in the file of a home, or on a server."""

    def __init__(self, home: Path, url: str | None = None) -> None:
        super().__init__(home=home)
        keys = FolderSealKeys(home, self.clock.now)
        journal = SqlJournal(home, self.clock, url=url, seal_keys=keys)
        locks = SqlHostLocks(home, self.clock, url=url)
        seals = SqlSeals(journal.database, keys, self.clock)
        self.ports = replace(self.ports, journal=journal, seals=seals, seal_keys=keys, locks=locks)
        self.locks_of_store = locks

    def release(self) -> Deployment:
        """Deploy; hosts keep the epoch, as the fence has them do."""
        self.clock.sleep(60)
        return deploy(self.ports, Path("plan.yml"), by="ann", approvals={}, watch=self._kept_by_hosts)

    def close(self) -> None:
        assert isinstance(self.ports.journal, SqlJournal)
        self.ports.journal.close()
        self.locks_of_store.close()

    def hosts_of(self, other: Team) -> None:
        """These are the other's hosts, and its time has come."""
        self.clock.sleep((other.clock.now() - self.clock.now()).total_seconds())
        for host in ("h1", "h2", "h3"):
            self.targets.machine(host).stores = dict(other.targets.machine(host).stores)

    def _kept_by_hosts(self, record: e.Recorded) -> None:
        if isinstance(record.event, e.AttemptIntended):
            for host in record.event.hosts:
                self.targets.machine(host).stores = {record.event.store: record.event.epoch}


def copied(file: Path, to: Path) -> None:
    """As it is now, with what its log has."""
    with closing(sqlite3.connect(file)) as reading, closing(sqlite3.connect(to)) as writing:
        reading.backup(writing)


def dumped(url: str, file: Path) -> None:
    """As docs/operations.md has it."""
    subprocess.run(["pg_dump", "--format=custom", f"--file={file}", url], check=True)


def restored(url: str, file: Path) -> None:
    """As docs/operations.md has it: the database is dropped, made anew, and filled."""
    name = url.partition("@/")[2].partition("?")[0]
    server = url.replace(f"@/{name}?", "@/postgres?")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
        connection.execute(f"CREATE DATABASE {name}".encode())
    subprocess.run(["pg_restore", f"--dbname={url}", str(file)], check=True)


@pytest.fixture
def restored_server(tmp_path: Path, database_url: str) -> Iterator[Team]:
    """A team that released twice, and whose database is as it was after the first time."""
    team = Team(tmp_path / "home", database_url)
    assert team.release().state is State.COMPLETED
    dumped(database_url, tmp_path / "orch.dump")
    assert team.release().state is State.COMPLETED
    team.close()
    restored(database_url, tmp_path / "orch.dump")
    yield team
    team.close()


def test_a_file_that_was_restored_alone_is_noticed_by_its_home(tmp_path: Path) -> None:
    team = Team(tmp_path / "home")
    team.release()
    team.close()
    copied(tmp_path / "home/journal.sqlite", tmp_path / "older")
    second = team.release()
    team.close()
    for name in ("journal.sqlite-wal", "journal.sqlite-shm"):
        (tmp_path / "home" / name).unlink(missing_ok=True)
    (tmp_path / "older").rename(tmp_path / "home/journal.sqlite")
    team = Team(tmp_path / "home")
    with pytest.raises(StoreFault, match=r"Nothing was started.*older copy.*record accept --log"):
        team.release()
    assert second.id not in team.ports.journal.deployments()
    accept_log(team.ports, by="ann", reason="the hosts were looked after")
    refuse_older_store(team.ports)


def test_a_server_that_was_restored_is_noticed_by_a_home_that_knew_more(restored_server: Team) -> None:
    [first] = restored_server.ports.journal.deployments()
    with pytest.raises(StoreFault, match=r"Nothing was started.*older copy"):
        restored_server.release()
    with pytest.raises(StoreFault, match=r"does not go on.*orch record verify"):
        rollback(restored_server.ports, first, by="ann", reason="late", watch=lambda record: None)


def test_a_server_that_was_restored_is_noticed_on_a_new_machine_by_what_hosts_keep(
    restored_server: Team, tmp_path: Path, database_url: str
) -> None:
    new = Team(tmp_path / "new machine", database_url)
    new.hosts_of(restored_server)
    refuse_older_store(new.ports)  # the home is new: it cannot know
    ended = new.release()
    assert ended.state is State.REFUSED
    events = [record.event for record in new.ports.journal.read(ended.id)]
    [refusal] = [event for event in events if isinstance(event, e.DeploymentRefused)]
    reasons = " ".join(refusal.reasons)
    assert "h1: a run with epoch" in reasons
    assert "the store does not know of it, so that it is an older copy" in reasons
    store = new.ports.locks.store()
    assert f"ssh h1 sudo rm /var/lib/orch/stores/{store}" in reasons
    # Hosts that forgot it, as the message says, let it pass.
    for host in ("h1", "h2", "h3"):
        new.targets.machine(host).stores = {}
    assert new.release().state is State.COMPLETED
    new.close()


def test_epochs_of_the_newest_copy_and_of_other_stores_are_no_complaint(
    tmp_path: Path, database_url: str
) -> None:
    first, two = Team(tmp_path / "one", database_url), Team(tmp_path / "two", database_url)
    assert first.release().state is State.COMPLETED
    two.hosts_of(first)
    assert two.release().state is State.COMPLETED
    other = Team(tmp_path / "other")
    other.hosts_of(two)
    assert other.release().state is State.COMPLETED
    for team in (first, two, other):
        team.close()


def test_a_dump_of_the_newest_moment_is_taken_without_a_word(tmp_path: Path, database_url: str) -> None:
    team = Team(tmp_path / "home", database_url)
    team.release()
    team.close()
    dumped(database_url, tmp_path / "orch.dump")
    restored(database_url, tmp_path / "orch.dump")
    assert team.release().state is State.COMPLETED
    assert team.ports.seals.log_look().breaks == 0
    team.close()


@pytest.fixture
def anchored(tmp_path: Path) -> Iterator[AnchoredHome]:
    with anchored_home(tmp_path) as made:
        yield made


def test_a_home_that_was_restored_whole_is_noticed_by_an_anchor(anchored: AnchoredHome) -> None:
    backup = anchored.copied()
    anchored.home.append("d1", e.Paused(by="ann", reason="later"))
    anchored.settle()
    refuse_older_store(ports_of(anchored.home.place))
    anchored.restored(backup)
    with pytest.raises(StoreFault, match=r"The anchor (ledger|second) has a checkpoint of \d+ heads that"):
        refuse_older_store(ports_of(anchored.home.place))


def test_an_anchor_that_is_silent_stops_nothing(anchored: AnchoredHome) -> None:
    anchored.settle()
    shutil.rmtree(anchored.folder / "anchors.git")
    shutil.rmtree(anchored.folder / "second")
    refuse_older_store(ports_of(anchored.home.place))
