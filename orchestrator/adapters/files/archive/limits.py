"""What reading an archive may take, and why one is refused."""

import time
from collections.abc import Callable
from typing import NamedTuple

_MIB, _GIB = 1 << 20, 1 << 30
_REBUILD = "build the archive anew"


class UnusableArchive(Exception):
    """An archive that nobody should unpack: the member, what was expected, what is there, and the way out."""

    def __init__(self, member: str, expected: str, finding: str, next_move: str = _REBUILD) -> None:
        super().__init__(finding)
        self.member, self.expected, self.finding, self.next_move = member[:200], expected, finding, next_move


class ArchiveLimits(NamedTuple):
    """Limits of one archive (docs/release-plan.md): files, bytes, bytes per packed byte, bytes of a header, seconds."""

    members: int = 100_000
    unpacked: int = 16 * _GIB
    ratio: int = 100
    always_unpacked: int = 256 * _MIB
    header: int = _MIB
    directory: int = 32 * _MIB
    memory: int = 256 * _MIB
    seconds: float = 300.0


class ArchiveBudget:
    """Counts what one reading takes. Raises UnusableArchive as soon as a limit is exceeded; it names the limit."""

    def __init__(
        self, packed: int, limits: ArchiveLimits, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._limits, self._monotonic = limits, monotonic
        self._started = monotonic()
        self._by_ratio = max(limits.always_unpacked, packed * limits.ratio)
        self._bytes = 0
        self._members = 0

    def member(self) -> None:
        """One more member of any kind."""
        self._members += 1
        if self._members > self._limits.members:
            raise UnusableArchive("", f"at most {self._limits.members:,} members", "more", "split the unit")

    def unpacked(self, size: int) -> None:
        """So many bytes more came out of the archive."""
        self._bytes += size
        if self._bytes > self._limits.unpacked:
            expected = f"at most {_size(self._limits.unpacked)} unpacked"
            raise UnusableArchive("", expected, "more", "split the unit")
        if self._bytes > self._by_ratio:
            expected = f"at most {self._limits.ratio} bytes unpacked for each byte of the archive"
            raise UnusableArchive("", expected, "more", "leave out what is empty, or pack it uncompressed")
        if self._monotonic() - self._started > self._limits.seconds:
            expected = f"an archive that is read within {self._limits.seconds:g} s"
            raise UnusableArchive(
                "", expected, "one that takes longer", "split the unit, or pack it uncompressed"
            )


def _size(size: int) -> str:
    return f"{size // _GIB} GiB" if size >= _GIB else f"{size // _MIB} MiB"
