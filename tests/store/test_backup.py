"""A home is backed up whole, also during work, and comes back whole or not at all."""

from __future__ import annotations

import gzip
import io
import shutil
import sqlite3
import tarfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from orchestrator.adapters.clock import SystemClock
from orchestrator.adapters.keys.seal_keys import FolderSealKeys
from orchestrator.adapters.store import DirectoryBaselineStore, SqlJournal
from orchestrator.adapters.store.backup.home_archive import back_up
from orchestrator.adapters.store.backup.manifest import MANIFEST
from orchestrator.adapters.store.backup.restoring import restore
from orchestrator.adapters.store.seals.sql_seals import SqlSeals
from orchestrator.errors import NotFound, Refused, StoreFault, UsageFault
from tests.store.homes import baseline, names, opened
from tests.store.writers import word


def silent(done: int, of: int) -> None:
    """Nobody is told."""


def backed_up(home: Path, file: Path) -> Path:
    return back_up(home, file, SystemClock().now(), silent, on_server=False).file


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a deployment, a baseline, a private copy with a link, an attempt, and what is made anew."""
    place = tmp_path / "home"
    journal = opened(place)
    for number in range(3):
        journal.append("d1", number, [word(1, number)])
    with journal.drive_alone("d1"):
        pass
    journal.close()
    DirectoryBaselineStore(place / "baselines").put(baseline())
    copy = place / "frozen/d1"
    copy.mkdir(parents=True)
    (copy / "run.sh").write_text("#!/bin/sh\n")
    (copy / "run.sh").chmod(0o755)
    (copy / "outputs").symlink_to(place / "outputs/shop")
    (place / "ballast/d1").mkdir(parents=True)
    (place / "ballast/d1/0").write_bytes(b"\0" * 1000)
    (place / "attempts/d1.0-deploy").mkdir(parents=True)
    return place


def files_of(home: Path) -> dict[str, bytes | str]:
    """What is in a home, but for what is made anew and the journal, which is compared by its events."""
    files: dict[str, bytes | str] = {}
    for path in sorted(home.rglob("*")):
        name = str(path.relative_to(home))
        if name.startswith(("journal", "ballast", "drivers")) or (path.is_dir() and not path.is_symlink()):
            continue
        files[name] = str(path.readlink()) if path.is_symlink() else path.read_bytes()
    return files


def test_what_was_backed_up_comes_back(home: Path, tmp_path: Path) -> None:
    file = backed_up(home, tmp_path / "home.orch")
    assert file.stat().st_mode & 0o777 == 0o600
    before = files_of(home)
    restored = restore(file, tmp_path / "again", silent)
    assert restored.manifest.home == str(home)
    assert files_of(tmp_path / "again") == before
    assert (tmp_path / "again/frozen/d1/run.sh").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "again/attempts/d1.0-deploy").is_dir()
    assert not (tmp_path / "again/ballast").exists()
    assert (tmp_path / "again").stat().st_mode & 0o777 == 0o700
    journal = opened(tmp_path / "again")
    assert names(journal) == {"d1": 3}
    keys = FolderSealKeys(tmp_path / "again", SystemClock().now)
    seals = SqlSeals(journal.database, keys, SystemClock())
    assert [look.intact for look in seals.looks(["d1"])] == [True]
    assert seals.log_look().findings == ()
    assert journal.append("d1", 3, [word(1, 4)])[0].seq == 4
    assert seals.log_look().breaks == 0
    journal.close()


def test_a_backup_during_work_is_of_one_moment(home: Path, tmp_path: Path) -> None:
    journal = opened(home)

    def work() -> None:
        for number in range(3, 60):
            journal.append("d1", number, [word(1, number)])

    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(work)
        backups = [backed_up(home, tmp_path / f"{number}.orch") for number in range(5)]
        working.result()
    journal.close()
    for number, file in enumerate(backups):
        place = tmp_path / f"again{number}"
        restore(file, place, silent)
        again = opened(place)
        seals = SqlSeals(again.database, FolderSealKeys(place, SystemClock().now), SystemClock())
        assert (seals.look("d1").findings, seals.log_look().findings) == ((), ())
        again.close()


def test_a_file_that_is_there_is_not_written_over(home: Path, tmp_path: Path) -> None:
    (tmp_path / "home.orch").write_text("mine")
    with pytest.raises(Refused, match="is there already"):
        backed_up(home, tmp_path / "home.orch")
    assert (tmp_path / "home.orch").read_text() == "mine"


def test_where_there_is_no_store_nothing_is_backed_up(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="There is no store"):
        backed_up(tmp_path / "none", tmp_path / "home.orch")
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_journal_is_not_taken_for_a_backup(home: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(home / "journal.sqlite")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray((home / "journal.sqlite").read_bytes())
    content[8192:12288] = b"\xff" * 4096
    (home / "journal.sqlite").write_bytes(content)
    with pytest.raises(StoreFault, match=r"damaged|cannot be backed up"):
        backed_up(home, tmp_path / "home.orch")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home"]


def test_a_home_that_is_there_is_left_alone(home: Path, tmp_path: Path) -> None:
    file = backed_up(home, tmp_path / "home.orch")
    before = files_of(home)
    with pytest.raises(Refused, match=r"move it away \(mv "):
        restore(file, home, silent)
    assert files_of(home) == before
    (tmp_path / "empty").mkdir()
    restore(file, tmp_path / "empty", silent)
    assert files_of(tmp_path / "empty") == before


def test_a_backup_of_a_home_on_a_server_is_without_its_journal(tmp_path: Path, database_url: str) -> None:
    home = tmp_path / "home"
    journal = opened(home, database_url)
    journal.append("d1", 0, [word(1, 1)])
    journal.close()
    made = back_up(home, tmp_path / "home.orch", SystemClock().now(), silent, on_server=True)
    assert not made.journal
    shutil.rmtree(home)
    assert restore(made.file, home, silent).manifest.store == "server"
    again = opened(home, database_url)
    assert SqlSeals(again.database, FolderSealKeys(home, SystemClock().now), SystemClock()).look("d1").intact
    again.close()


def rewritten(file: Path, change: Callable[[tarfile.TarFile, tarfile.TarFile], None]) -> None:
    """The backup as somebody else would write it: `change` gets what was read, and where to write."""
    made = io.BytesIO()
    with tarfile.open(file) as old, tarfile.open(fileobj=made, mode="w:gz") as new:
        change(old, new)
    file.write_bytes(made.getvalue())


def whole(old: tarfile.TarFile, new: tarfile.TarFile, *, but: str = "") -> None:
    for member in old:
        if member.name != but:
            new.addfile(member, old.extractfile(member) if member.isfile() else None)


def with_member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> Callable[..., None]:
    def change(old: tarfile.TarFile, new: tarfile.TarFile) -> None:
        strange = tarfile.TarInfo(name)
        strange.type, strange.linkname = kind, link
        new.addfile(strange, io.BytesIO())
        whole(old, new)

    return change


def without(name: str) -> Callable[..., None]:
    return lambda old, new: whole(old, new, but=name)


def with_another_journal(old: tarfile.TarFile, new: tarfile.TarFile) -> None:
    for member in old:
        content = old.extractfile(member) if member.isfile() else None
        if member.name == "journal.sqlite" and content is not None:
            content = io.BytesIO(content.read()[::-1])
        new.addfile(member, content)


@pytest.mark.parametrize(
    "change",
    [
        with_member("../outside"),
        with_member("/tmp/s16-outside"),
        with_member("seal/pipe", tarfile.FIFOTYPE),
        with_member("seal/device", tarfile.CHRTYPE),
        with_member("seal/hard", tarfile.LNKTYPE, "/etc/passwd"),
        with_member("new-policy.yml"),
        with_member("seal", tarfile.SYMTYPE, "/tmp"),
        with_member("frozen/d1/run.sh"),
        without(MANIFEST),
        without("journal.sqlite"),
        with_another_journal,
    ],
    ids=lambda change: change.__qualname__.split(".")[0],
)
def test_what_orch_did_not_write_is_not_restored(
    home: Path, tmp_path: Path, change: Callable[..., None]
) -> None:
    file = backed_up(home, tmp_path / "home.orch")
    rewritten(file, change)
    with pytest.raises(UsageFault, match="is no whole backup of orch"):
        restore(file, tmp_path / "again", silent)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "home.orch"]


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.97])
def test_a_backup_that_was_cut_off_is_not_restored(home: Path, tmp_path: Path, share: float) -> None:
    file = backed_up(home, tmp_path / "home.orch")
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(UsageFault, match="is no whole backup of orch"):
        restore(file, tmp_path / "again", silent)
    assert not (tmp_path / "again").exists()


def test_another_file_is_no_backup(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("hello")
    with gzip.open(tmp_path / "packed", "wb") as packed:
        packed.write(b"hello")
    for name in ("text", "packed"):
        with pytest.raises(UsageFault, match="is no whole backup of orch"):
            restore(tmp_path / name, tmp_path / "again", silent)
    with pytest.raises(NotFound):
        restore(tmp_path / "missing", tmp_path / "again", silent)


def test_the_journal_of_a_newer_orch_is_left_alone(home: Path, tmp_path: Path) -> None:
    file = backed_up(home, tmp_path / "home.orch")

    def newer(old: tarfile.TarFile, new: tarfile.TarFile) -> None:
        for member in old:
            content = old.extractfile(member) if member.isfile() else None
            if member.name == MANIFEST and content is not None:
                text = content.read().replace(b'"tables": ', b'"tables": 9')
                member.size, content = len(text), io.BytesIO(text)
            new.addfile(member, content)

    rewritten(file, newer)
    with pytest.raises(StoreFault, match="made by a newer orch"):
        restore(file, tmp_path / "again", silent)
    assert isinstance(opened(home), SqlJournal)
