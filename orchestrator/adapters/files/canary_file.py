"""The files of canaries, in the house and in the home: a value on each line, that only their owner may read."""

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from orchestrator.domain.text.format import size_words
from orchestrator.domain.text.secret_search import SHORTEST
from orchestrator.engine.record_ports import CanaryFiles
from orchestrator.errors import Fault, PlanFault

CANARIES = "canaries"
MOST_BYTES = 1 << 20
MOST_LINES = 10_000


class FolderCanaryFiles(CanaryFiles):
    """`canaries` in each of these folders; empty lines count for nothing."""

    def __init__(self, folders: Iterable[Path]) -> None:
        self._files = [folder / CANARIES for folder in dict.fromkeys(folders)]

    def values(self) -> Sequence[str]:
        """See the port."""
        values: dict[str, None] = {}
        faults: list[Fault] = []
        for file in self._there():
            lines = _lines(file)
            values |= dict.fromkeys(line for line in lines if line)
            faults += _faults(file, lines)
        if faults:
            raise PlanFault(faults)
        return tuple(values)

    def places(self) -> Sequence[str]:
        """See the port."""
        return tuple(map(str, self._there()))

    def _there(self) -> list[Path]:
        return [file for file in self._files if os.path.lexists(file)]


def _lines(file: Path) -> list[str]:
    try:
        return [line.strip() for line in _content(file).decode().splitlines()]
    except UnicodeDecodeError:
        raise _whole(file, "text in UTF-8", "something else", "write it in UTF-8") from None


def _content(file: Path) -> bytes:
    """Reads no pipe and no device, and nothing that others can read: whoever knows a canary can keep it out of a record."""
    try:
        handle = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as stream:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode):
                raise _whole(file, "a regular file", "another thing", "take it away")
            content = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise _whole(file, "a file that can be read", str(error.strerror), "give it to your user") from None
    if stat.S_IMODE(status.st_mode) & 0o077:
        mode = f"mode {stat.S_IMODE(status.st_mode):04o}"
        raise _whole(file, "a file that only its owner may read", mode, f"run: chmod 600 {file}")
    if len(content) > MOST_BYTES or content.count(b"\n") > MOST_LINES:
        most = f"at most {MOST_LINES:,} lines and {size_words(MOST_BYTES)}"
        raise _whole(file, most, "more", "name fewer")
    return content


def _faults(file: Path, lines: Sequence[str]) -> Iterator[Fault]:
    """Lines that are too short; what stands there is not repeated."""
    for number, line in enumerate(lines, start=1):
        if line and len(line) < SHORTEST:
            expected = f"at least {SHORTEST} characters, or an empty line"
            yield Fault(
                str(file), number, "", expected, f"{len(line)}", "name a longer value, or take it out"
            )


def _whole(file: Path, expected: str, finding: str, move: str) -> PlanFault:
    return PlanFault([Fault(str(file), None, "", expected, finding, move)])
