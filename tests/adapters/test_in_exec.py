"""Whose a process is, nobody can say while it is in an exec."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from orchestrator.adapters.process.in_exec import some_in_exec

SLEEPS, ZOMBIE, KERNEL = (
    f"7 (a) b) {state} 1 7 7 0 -1 {flags} 0".encode()
    for state, flags in (("S", 4194304), ("Z", 4194304), ("I", 69238880))
)

# environment, arguments, stat, and whether it may be in an exec
PROCESSES = [
    (b"", b"", SLEEPS, True),
    (b"A=1\0", b"", SLEEPS, False),
    (b"", b"sleep\0", SLEEPS, False),
    (b"", b"", ZOMBIE, False),
    (b"", b"", KERNEL, False),
    (None, b"", SLEEPS, False),
    (b"", b"", None, False),
]


@pytest.mark.parametrize(("environment", "arguments", "stat", "in_exec"), PROCESSES)
def test_what_has_no_name_yet(
    *, environment: bytes | None, arguments: bytes, stat: bytes | None, in_exec: bool
) -> None:
    files = {"/proc/7/environ": environment, "/proc/7/cmdline": arguments, "/proc/7/stat": stat}
    assert some_in_exec([(7, 99)], files.__getitem__, {}, 5.0) is in_exec


def test_it_is_waited_for_once() -> None:
    files = {"/proc/7/environ": b"", "/proc/7/cmdline": b"", "/proc/7/stat": SLEEPS}
    unnamed: dict[tuple[int, int], float] = {}
    assert some_in_exec([(7, 99)], files.get, unnamed, 5.0)
    assert some_in_exec([(7, 99)], files.get, unnamed, 5.9)
    assert not some_in_exec([(7, 99)], files.get, unnamed, 6.1)
    assert some_in_exec([(7, 100)], files.get, unnamed, 6.1), "another process of that number"


def test_this_process_is_in_none() -> None:
    def read(path: str) -> bytes | None:
        with Path(path).open("rb") as file:
            return file.read()

    assert not some_in_exec([(os.getpid(), 1)], read, {}, 5.0)
