"""What the disk does to a store: each fault is said with its next move, and leaves nothing half-written."""

import contextlib
import errno
import os
import shutil
import stat
import subprocess
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from orchestrator.adapters.store import DirectoryBaselineStore, SqlHostLocks, SqlJournal
from orchestrator.adapters.store.private import private_directory, write_all
from orchestrator.adapters.store.traces import CLAIMS, OF_DEPLOYMENTS
from orchestrator.domain.evidence.baseline import Baseline, ConfigurationItem
from orchestrator.domain.journal.events import Event, Paused
from orchestrator.errors import StoreFault
from tests.fakes.clock import START, FakeClock
from tests.store.writers import append_for_ever, pipe, start

EVENT: Event = Paused(by="ann", reason="x" * 3000)
BASELINE = Baseline(
    host="web1",
    machine_id="m1",
    captured_at=START,
    items=tuple(ConfigurationItem(kind="file", name=f"/f{n}", attributes={"n": n}) for n in range(50)),
)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MiB of its own."""
    if os.geteuid() != 0:
        if os.environ.get("CI") == "true":
            pytest.fail("CI needs root, to mount a small file system.", pytrace=False)
        pytest.skip("Only root can mount a small file system.")
    place = tmp_path / "disk"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m,mode=0700", "tmpfs", str(place)], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def opened(directory: Path, patience: float = 15.0) -> SqlJournal:
    return SqlJournal(directory, FakeClock(), patience=patience)


def fill(disk: Path) -> Path:
    """Use up every block of the file system."""
    ballast = disk / "ballast"
    with ballast.open("ab", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            return ballast


def fill_by_appending(journal: SqlJournal) -> StoreFault:
    for _ in range(1000):
        try:
            journal.append("d1", len(journal.read("d1")), [EVENT, EVENT])
        except StoreFault as fault:
            return fault
    return pytest.fail("the disk never filled up")


def test_full_in_the_middle_of_appending(small_disk: Path) -> None:
    journal = opened(small_disk / "store")
    fault = fill_by_appending(journal)
    assert "disk is full" in str(fault)
    assert "Nothing was appended" in str(fault)
    assert "Make room" in str(fault)
    before = journal.read("d1")
    assert before
    assert len(before) % 2 == 0
    with pytest.raises(StoreFault):
        journal.append("d1", len(before), [Paused(by="ann", reason="x" * 4000)] * 5)
    assert journal.read("d1") == before
    journal.close()


def test_full_then_room_again(small_disk: Path) -> None:
    journal = opened(small_disk / "store")
    journal.append("d1", 0, [EVENT])
    ballast = fill(small_disk)
    assert "disk is full" in str(fill_by_appending(journal))
    last = len(journal.read("d1"))
    ballast.unlink()
    assert journal.append("d1", last, [EVENT])[0].seq == last + 1
    assert len(journal.read("d1")) == last + 1
    journal.close()


def test_a_full_disk_is_read_by_a_new_process_too(small_disk: Path) -> None:
    before = opened(small_disk / "store")
    written = before.append("d1", 0, [EVENT, EVENT])
    before.close()
    ballast = fill(small_disk)
    journal = opened(small_disk / "store")
    assert journal.read("d1") == written
    assert journal.deployments() == ["d1"]
    with pytest.raises(StoreFault, match="disk is full"):
        journal.append("d1", 2, [EVENT])
    with journal.drive_alone("d1"):
        pass
    ballast.unlink()
    assert journal.append("d1", 2, [EVENT])[0].seq == 3
    journal.close()


def test_a_full_disk_takes_no_new_store(small_disk: Path) -> None:
    ballast = fill(small_disk)
    with pytest.raises(StoreFault, match="disk is full"):
        opened(small_disk / "store")
    ballast.unlink()
    journal = opened(small_disk / "store")
    assert journal.append("d1", 0, [EVENT])
    journal.close()


def test_a_full_disk_takes_no_baseline_and_none_is_half_there(small_disk: Path) -> None:
    store = DirectoryBaselineStore(small_disk / "baselines")
    first = store.put(BASELINE)
    ballast = fill(small_disk)
    other = BASELINE.model_copy(update={"host": "web2"})
    with pytest.raises(StoreFault, match=r"web2 was not stored.*disk is full.*Make room"):
        store.put(other)
    assert store.get(first.digest) == BASELINE
    files = [path for path in (small_disk / "baselines").rglob("*") if path.is_file()]
    assert [path.parent.name + path.name for path in files] == [first.digest]
    ballast.unlink()
    assert store.get(store.put(other).digest) == other


def test_of_many_baselines_on_a_full_disk_none_is_half_there(small_disk: Path) -> None:
    store = DirectoryBaselineStore(small_disk / "baselines")
    noise = "".join(sha256(f"{n}".encode()).hexdigest() for n in range(1000))
    item = ConfigurationItem(kind="file", name="/noise", attributes={"content": noise})
    many = [BASELINE.model_copy(update={"host": f"web{n}", "items": (item,)}) for n in range(100)]
    with pytest.raises(StoreFault, match=r"100 hosts \(web0, web1, web2 ...\) were not stored.*disk is full"):
        store.put_all(many)
    assert not [path for path in (small_disk / "baselines").rglob("*") if path.is_file()]
    assert store.get(store.put(many[0]).digest) == many[0]


def test_no_name_is_given_before_all_content_is_on_the_disk_and_names_are_made_durable_last(
    tmp_path: Path,
) -> None:
    store = private_directory(tmp_path / "store")
    wanted = {store / f"{n % 3}" / f"file{n}": f"content {n}".encode() for n in range(30)}
    synced: list[tuple[str, int]] = []

    def sync(path: Path) -> None:
        named = sum(each.exists() for each in wanted)
        synced.append(("names" if path.is_dir() else "content", named))
        folders.extend([path] if path.is_dir() else [])

    folders: list[Path] = []
    write_all(wanted, sync)
    assert synced == [("content", 0)] * 30 + [("names", 30)] * 4
    assert sorted(folders) == [store, store / "0", store / "1", store / "2"]
    assert {path: path.read_bytes() for path in wanted} == wanted
    assert {path.stat().st_mode & 0o777 for path in wanted} == {0o600}


def test_files_whose_content_does_not_reach_the_disk_get_no_name(tmp_path: Path) -> None:
    store = private_directory(tmp_path / "store")

    def sync(path: Path) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with pytest.raises(OSError, match="Input/output"):
        write_all({store / "one": b"1", store / "two": b"2"}, sync)
    assert list(store.iterdir()) == []


@pytest.mark.parametrize("end", ["closed", "killed", "killed, and the log's index gone"])
def test_a_disk_that_was_remounted_read_only(small_disk: Path, end: str) -> None:
    before = opened(small_disk / "store")
    before.append("d1", 0, [EVENT])
    before.close()
    if end != "closed":
        reader, writer = pipe()
        process = start(append_for_ever, small_disk / "store", writer)
        reader.recv_bytes()
        process.kill()
        process.join(30)
    if end not in ("closed", "killed"):
        (small_disk / "store/journal.sqlite-shm").unlink()
    assert (small_disk / "store/journal.sqlite-wal").exists() == (end != "closed")
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    journal = opened(small_disk / "store")
    records = journal.read("d1")
    assert (len(records) > 1) == (end != "closed")
    assert journal.deployments() == ["d1"]
    with pytest.raises(StoreFault, match=r"Nothing was appended.*(read-only|mounted writable)"):
        journal.append("d1", len(records), [EVENT])
    with pytest.raises(StoreFault, match=r"d1 cannot be claimed.*read-only"):
        journal.drive_alone("d1")
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    assert journal.append("d1", len(records), [EVENT])
    assert journal.read("d1")[:-1] == records
    journal.close()


def test_a_disk_without_inodes_is_read_and_says_so(small_disk: Path) -> None:
    before = opened(small_disk / "store")
    before.append("d1", 0, [EVENT])
    before.close()
    subprocess.run(["mount", "-o", "remount,nr_inodes=20", str(small_disk)], check=True)
    with contextlib.suppress(OSError):
        for number in range(30):
            (small_disk / f"file{number}").touch()
    journal = opened(small_disk / "store")
    assert journal.deployments() == ["d1"]
    with pytest.raises(StoreFault, match=r"Nothing was appended.*inodes left"):
        journal.append("d1", 1, [EVENT])
    for file in small_disk.glob("file*"):
        file.unlink()
    assert journal.append("d1", 1, [EVENT])
    journal.close()


def test_locked_for_longer_than_the_patience(store: Path) -> None:
    journal = opened(store, patience=0.05)
    journal.append("d1", 0, [EVENT])
    other = create_engine(f"sqlite:///{store}/journal.sqlite", isolation_level="AUTOCOMMIT")
    with other.connect() as connection:
        connection.execute(text("BEGIN IMMEDIATE"))
        with pytest.raises(StoreFault, match=r"Nothing was appended.*another process kept it locked"):
            journal.append("d1", 1, [EVENT])
        assert len(journal.read("d1")) == 1
        connection.execute(text("ROLLBACK"))
    assert journal.append("d1", 1, [EVENT])
    journal.close()


def test_a_file_that_is_no_database(store: Path) -> None:
    store.mkdir(mode=0o700)
    (store / "journal.sqlite").write_bytes(b"these are not the records you are looking for" * 100)
    before = (store / "journal.sqlite").read_bytes()
    with pytest.raises(StoreFault, match=r"cannot be opened: it is damaged.*backup"):
        opened(store)
    assert (store / "journal.sqlite").read_bytes() == before


def test_damaged_pages(store: Path) -> None:
    journal = opened(store)
    for seq in range(50):
        journal.append("d1", seq, [EVENT])
    journal.close()
    with (store / "journal.sqlite").open("r+b") as file:
        file.seek(8192)
        file.write(os.urandom(40 * 4096))
    with pytest.raises(StoreFault, match=r"damaged"):
        journal.read("d1")
    journal.close()


def test_a_store_that_was_moved_away_is_not_begun_anew(store: Path) -> None:
    journal = opened(store)
    journal.append("d1", 0, [EVENT])
    journal.close()
    (store / "journal.sqlite").rename(store / "elsewhere.sqlite")
    for attempt in (
        lambda: journal.read("d1"),
        lambda: journal.append("d1", 1, [EVENT]),
        journal.deployments,
    ):
        with pytest.raises(StoreFault, match="cannot be opened"):
            attempt()
    assert not (store / "journal.sqlite").exists()


def test_tables_of_a_newer_orch_are_left_alone(store: Path) -> None:
    opened(store).close()
    engine = create_engine(f"sqlite:///{store}/journal.sqlite")
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO schema_steps VALUES (99)"))
    engine.dispose()
    with pytest.raises(StoreFault, match="newer orch"):
        opened(store)


def test_only_the_owner_can_read(store: Path) -> None:
    store = store / "deep" / "down"
    mask = os.umask(0)
    try:
        journal = opened(store)
        journal.append("d1", 0, [EVENT])
        claim = journal.drive_alone("d1")
        DirectoryBaselineStore(store / "baselines").put(BASELINE)
    finally:
        os.umask(mask)
    modes = {path.relative_to(store): stat.S_IMODE(path.stat().st_mode) for path in store.rglob("*")}
    names = {str(path) for path in modes}
    assert {"journal.sqlite", "journal.sqlite-wal", "journal.sqlite-shm", "drivers/d1"} <= names
    assert {mode for path, mode in modes.items() if (store / path).is_file()} == {0o600}
    assert {mode for path, mode in modes.items() if (store / path).is_dir()} == {0o700}
    assert stat.S_IMODE(store.stat().st_mode) == stat.S_IMODE(store.parent.stat().st_mode) == 0o700
    with claim:
        journal.close()


def test_a_directory_that_others_may_write_to_is_refused(store: Path) -> None:
    store.mkdir()
    store.chmod(0o777)
    with pytest.raises(StoreFault, match="chmod go-w"):
        opened(store)
    assert list(store.iterdir()) == []


def test_a_file_where_the_directory_should_be(store: Path) -> None:
    store.write_text("")
    with pytest.raises(StoreFault, match="cannot be opened"):
        opened(store)


def test_the_settings_that_durability_stands_on(store: Path) -> None:
    journal = opened(store, patience=7)
    asked = "journal_mode", "synchronous", "foreign_keys", "busy_timeout"
    with journal.database.writing() as connection:
        settings = [connection.execute(text(f"PRAGMA {name}")).scalar() for name in asked]
    assert settings == ["wal", 2, 1, 7000]
    journal.close()


@pytest.mark.parametrize("content", [b"", b"rubbish", b"x\x9c+I-.\x01\x00\x04]\x01\xc1"])
def test_a_baseline_that_is_not_what_it_was_proves_nothing(store: Path, content: bytes) -> None:
    baselines = DirectoryBaselineStore(store)
    digest = baselines.put(BASELINE).digest
    (store / digest[:2] / digest[2:]).write_bytes(content)
    with pytest.raises(StoreFault, match=f"{digest}.*another digest"):
        baselines.get(digest)
    baselines.put(BASELINE)
    assert baselines.get(digest) == BASELINE


def test_a_baseline_under_another_name_is_noticed(store: Path) -> None:
    baselines = DirectoryBaselineStore(store)
    first, other = (baselines.put(BASELINE.model_copy(update={"host": host})).digest for host in ("a", "b"))
    shutil.copy(store / first[:2] / first[2:], store / other[:2] / other[2:])
    with pytest.raises(StoreFault):
        baselines.get(other)


def folders_of_a_deployment(store: Path) -> list[Path]:
    """What a deployment leaves beside the journal, each alone."""
    return [store / name / "d1" for name in (*OF_DEPLOYMENTS, CLAIMS)]


@pytest.mark.parametrize("number", range(len(OF_DEPLOYMENTS) + 1))
@pytest.mark.parametrize("how", ["gone", "empty"])
def test_a_journal_that_is_gone_beside_what_deployments_left_is_a_fault(
    store: Path, number: int, how: str
) -> None:
    opened = SqlJournal(store, FakeClock())
    opened.append("d1", 0, [EVENT])
    opened.close()
    for file in store.glob("journal.sqlite*"):
        file.unlink()
    if how == "empty":
        (store / "journal.sqlite").touch()
    folders_of_a_deployment(store)[number].mkdir(parents=True)
    for port in (SqlJournal, SqlHostLocks):
        with pytest.raises(
            StoreFault, match=f"journal.sqlite is {how}, and .* Restore the journal.*mv {store}"
        ):
            port(store, FakeClock())
    assert (store / "journal.sqlite").exists() == (how == "empty"), "nothing is begun anew"


@pytest.mark.parametrize("number", range(len(OF_DEPLOYMENTS)))
def test_a_journal_that_has_lost_all_deployments_is_a_fault_beside_what_they_left(
    store: Path, number: int
) -> None:
    journal = SqlJournal(store, FakeClock())
    assert journal.deployments() == []
    folders_of_a_deployment(store)[number].mkdir(parents=True)
    with pytest.raises(
        StoreFault, match=f"without a single deployment, and .* Restore the journal.*mv {store}"
    ):
        journal.deployments()


def test_a_log_without_its_journal_is_not_thrown_away(store: Path) -> None:
    SqlJournal(store, FakeClock()).close()
    (store / "journal.sqlite").unlink()
    log = store / "journal.sqlite-wal"
    log.write_bytes(b"events")
    with pytest.raises(StoreFault, match=r"journal.sqlite is gone, and journal.sqlite-wal beside it"):
        SqlJournal(store, FakeClock())
    assert log.read_bytes() == b"events"


def test_a_new_store_begins_beside_folders_that_hold_nothing_of_deployments(store: Path) -> None:
    for folder in folders_of_a_deployment(store):
        folder.parent.mkdir(parents=True)
    (store / "drivers/orch.run-due").touch()
    (store / "attempts/.new-1").mkdir()
    assert SqlJournal(store, FakeClock()).deployments() == []


def test_attempts_beside_the_journal_are_known_by_their_folders_or_marks(store: Path) -> None:
    journal = SqlJournal(store, FakeClock())
    for name in ("attempts/d1.1-deploy", "begun/d1.2-backout", "attempts/notes", "attempts/d1.3-deploy.lost"):
        (store / name).mkdir(parents=True)
    assert journal.attempts_beside() == {"d1.1-deploy", "d1.2-backout"}
