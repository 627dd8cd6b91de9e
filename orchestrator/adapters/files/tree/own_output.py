"""Files in a project that orch's own output goes into, which grow while they are digested, and files that orch wrote.

A command's output is a file itself (`> out.json`), or it goes through pipes to programs that write files (`| tee deploy.log`),
or to whoever started the command (`script`, `nohup make deploy`). Linux tells who holds the other end of a pipe (proc(5)).
"""

import os
import re
import stat
from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property
from pathlib import Path

_PROCESSES = Path("/proc")
_OUTPUTS = (1, 2)
_LONGEST_WAY = 8
"""Programs behind one another, and parents above one another, that are asked."""
_BEGINNING = 600
_ENDINGS = frozenset({".json", ".jsonl", ".ndjson", ".log", ".out", ".txt", ".xml", ".html", ".htm", ".csv"})
_BY_ORCH = re.compile(
    rb"""\{"deployment":"[^"]+","seq":1,"at":"[0-9TZ:.+-]+","version":"""
    rb"""|<\?xml[^>]*\?>\s*<testsuites name="[^"]* to [^"]*" """
    rb"""|\s*<!doctype html>\s*<html[^>]*>\s*<head>\s*<meta charset="utf-8">\s*<meta name="viewport"[^>]*>\s*"""
    rb"""<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">"""
    rb"""|"deployment","release","version","environment","step","""
)

FileId = tuple[int, int]
"""Device and inode."""


class OwnOutput:
    """The files that are open for writing along the way of this command's output, as they are when they are first asked for."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def has(self, file: Path) -> bool:
        """Whether it is one of them."""
        if not self._ids:
            return False
        with suppress(OSError):
            status = file.lstat()
            return (status.st_dev, status.st_ino) in self._ids
        return False

    @cached_property
    def _ids(self) -> frozenset[FileId]:
        return frozenset(written_to(_OUTPUTS))


def is_written_by_orch(file: Path) -> bool:
    """Whether a file begins as what orch writes for people and programs: JSON lines of a deployment, a page, JUnit, CSV."""
    if file.suffix.lower() not in _ENDINGS:
        return False
    with suppress(OSError):
        # A pipe would keep its reader waiting for ever.
        if stat.S_ISREG(file.lstat().st_mode):
            with file.open("rb") as stream:
                return _BY_ORCH.match(stream.read(_BEGINNING)) is not None
    return False


def written_to(outputs: tuple[int, ...]) -> Iterator[FileId]:
    """Each regular file that these descriptors of this process lead to."""
    mine = os.getpid()
    pipes: set[FileId] = set()
    for number in outputs:
        with suppress(OSError):
            status = os.fstat(number)
            if stat.S_ISREG(status.st_mode):
                yield status.st_dev, status.st_ino
            elif stat.S_ISFIFO(status.st_mode):
                pipes.add((status.st_dev, status.st_ino))
    for process in _ancestors(mine):
        yield from _open_to_write(process)
    yield from _behind(pipes, mine)


def _behind(pipes: set[FileId], mine: int) -> Iterator[FileId]:
    """What the programs write that read these pipes, and those that read theirs."""
    known, readers = set(pipes), {mine}
    for _ in range(_LONGEST_WAY):
        if not pipes:
            return
        behind: set[FileId] = set()
        for process in _processes():
            if process in readers or not _reads(process, pipes):
                continue
            readers.add(process)
            yield from _open_to_write(process)
            behind |= _pipes_to_write(process)
        pipes = behind - known
        known |= pipes


def _ancestors(process: int) -> Iterator[int]:
    for _ in range(_LONGEST_WAY):
        try:
            # The name in parentheses may hold anything.
            fields = (_PROCESSES / str(process) / "stat").read_text(errors="replace").rpartition(")")[2]
            process = int(fields.split()[1])
        except (OSError, ValueError, IndexError):
            return
        if process <= 1:
            return
        yield process


def _processes() -> list[int]:
    try:
        return [int(name) for name in os.listdir(_PROCESSES) if name.isdecimal()]  # noqa: PTH208 - names alone
    except OSError:
        return []


def _reads(process: int, pipes: set[FileId]) -> bool:
    return any(
        (status.st_dev, status.st_ino) in pipes and mode == os.O_RDONLY
        for status, mode in _descriptors(process, stat.S_IFIFO)
    )


def _pipes_to_write(process: int) -> set[FileId]:
    return {(s.st_dev, s.st_ino) for s, mode in _descriptors(process, stat.S_IFIFO) if mode != os.O_RDONLY}


def _open_to_write(process: int) -> Iterator[FileId]:
    for status, mode in _descriptors(process, stat.S_IFREG):
        if mode != os.O_RDONLY:
            yield status.st_dev, status.st_ino


def _descriptors(process: int, kind: int) -> Iterator[tuple[os.stat_result, int]]:
    """What a process has open of this kind, with the mode; nothing of a process of somebody else."""
    folder = _PROCESSES / str(process)
    with suppress(OSError):
        for name in os.listdir(folder / "fd"):  # noqa: PTH208 - names alone
            with suppress(OSError, ValueError, IndexError):
                status = os.stat(folder / "fd" / name)  # noqa: PTH116 - it is called often
                if stat.S_IFMT(status.st_mode) == kind:
                    flags = (folder / "fdinfo" / name).read_text().split("flags:", 1)[1].split()[0]
                    yield status, int(flags, 8) & os.O_ACCMODE
