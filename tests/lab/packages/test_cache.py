"""Files are fetched once, kept whole or not at all, and up to a bound."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

import pytest

from orchestrator.lab.packages.cache import Cache


def read(cache: Cache, address: str, content: bytes, fetched: list[bytes] | None = None) -> bytes:
    def fetch(file: BinaryIO) -> None:
        if fetched is not None:
            fetched.append(content)
        file.write(content)

    with cache.kept(address, fetch) as file:
        return file.read()


def test_a_file_is_fetched_once(tmp_path: Path) -> None:
    fetched: list[bytes] = []
    cache = Cache(tmp_path)
    assert [read(cache, "a", b"one", fetched), read(cache, "a", b"two", fetched)] == [b"one", b"one"]
    assert read(cache, "b", b"two", fetched) == b"two"
    assert fetched == [b"one", b"two"]


def test_twenty_who_ask_at_once_cost_one_fetch(tmp_path: Path) -> None:
    cache, fetched, all_there = Cache(tmp_path), list[bytes](), threading.Barrier(20)

    def ask(_: int) -> bytes:
        all_there.wait(10)
        return read(cache, "a", b"x" * 100_000, fetched)

    with ThreadPoolExecutor(20) as pool:
        assert set(pool.map(ask, range(20))) == {b"x" * 100_000}
    assert len(fetched) == 1


def test_what_breaks_off_is_not_kept(tmp_path: Path) -> None:
    cache = Cache(tmp_path)

    def broken(file: BinaryIO) -> None:
        file.write(b"half")
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        cache.kept("a", broken)
    assert list(tmp_path.iterdir()) == []
    assert read(cache, "a", b"whole") == b"whole"


def test_above_the_bound_the_longest_unused_go(tmp_path: Path) -> None:
    cache = Cache(tmp_path, bound=100)
    for second, name in enumerate("abcd"):
        read(cache, name, b"x" * 24)
        for path in tmp_path.iterdir():
            if path.stat().st_mtime > 1000:
                os.utime(path, (second, second))
    read(cache, "a", b"y")  # used again
    read(cache, "e", b"x" * 24)
    fetched: list[bytes] = []
    for name in "acde":
        read(cache, name, b"x" * 24, fetched)
    assert fetched == [b"x" * 24], "c is the one that went beside b"
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 100


def test_a_dead_proxys_halves_go_and_a_living_ones_stay(tmp_path: Path) -> None:
    dead, living = tmp_path / "ab-999999999-1.part", tmp_path / f"ab-{os.getpid()}-1.part"
    dead.touch()
    living.touch()
    Cache(tmp_path).prune()
    assert list(tmp_path.iterdir()) == [living]
