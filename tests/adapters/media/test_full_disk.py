"""A disk that is full while a unit is copied or placed: no half of a unit passes for one, and nothing copied is lost."""

from pathlib import Path

import pytest

from orchestrator.errors import StoreFault
from tests.worlds.media_bench import CONTENT, PATH, SHA, Bench, library
from tests.worlds.media_server import media_server
from tests.worlds.small_disk import disk_of, fill

ROOM = 300 << 10


def test_a_disk_that_fills_meanwhile_keeps_what_was_copied(tmp_path: Path) -> None:
    with disk_of(4, tmp_path / "disk") as disk, media_server() as server:
        server.files[f"/files/{PATH}"] = CONTENT
        server.faults.unsized = True
        bench = Bench(disk, library(url=f"{server.url}/files"))
        hog = fill(disk, leave=ROOM)
        with pytest.raises(StoreFault, match=r"No space left on device.*kept; free space, then retry"):
            bench.obtain()
        kept = (disk / "media/partial" / SHA).read_bytes()
        assert 0 < len(kept) <= ROOM
        assert CONTENT.startswith(kept)
        assert bench.media.held(SHA) is None
        hog.unlink()
        assert bench.obtain().file.read_bytes() == CONTENT
        assert [asked[1] for asked in server.asked] == [None, f"bytes={len(kept)}-"]
        assert [held.sha256 for held in bench.cache.all()] == [SHA]


def test_a_disk_without_room_is_seen_before_a_byte_is_copied_from_a_folder(tmp_path: Path) -> None:
    (tmp_path / "masters/shop/2.4").mkdir(parents=True)
    (tmp_path / "masters" / PATH).write_bytes(CONTENT)
    with disk_of(4, tmp_path / "disk") as disk:
        bench = Bench(disk, library(folder=str(tmp_path / "masters")))
        hog = fill(disk, leave=ROOM)
        with pytest.raises(StoreFault, match=r"needs 500 KiB more.*orch library prune"):
            bench.obtain()
        hog.unlink()
        assert bench.obtain().file.read_bytes() == CONTENT


def test_a_private_copy_on_a_full_disk_has_no_half_of_a_unit(tmp_path: Path) -> None:
    (tmp_path / "masters/shop/2.4").mkdir(parents=True)
    (tmp_path / "masters" / PATH).write_bytes(CONTENT)
    bench = Bench(tmp_path, library(folder=str(tmp_path / "masters")))
    with disk_of(4, tmp_path / "disk") as disk:
        target, hog = disk / "copy" / "shop.bin", fill(disk, leave=ROOM)
        with pytest.raises(
            StoreFault, match=r"shop\.bin cannot be used: No space left on device\. Free space"
        ):
            bench.media.link(bench.obtain(), target)
        assert list(target.parent.iterdir()) == []
        hog.unlink()
        bench.media.link(bench.obtain(), target)
        assert target.read_bytes() == CONTENT


def test_a_lock_that_cannot_be_taken_is_said(tmp_path: Path) -> None:
    (tmp_path / "media/locks" / SHA).mkdir(parents=True)
    with pytest.raises(StoreFault, match="Is a directory"):
        Bench(tmp_path, library(folder=str(tmp_path))).obtain()
