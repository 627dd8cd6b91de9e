"""What a media library gives: the bytes of one file, from a position on."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

CHUNK = 1 << 20
"""Bytes that are in memory at a time."""


class CutError(Exception):
    """The bytes ended before their end, or too few came; what was copied is kept. The text says what was seen."""


class BeyondError(Exception):
    """The position is beyond the end of the file: all of it was copied, or it is another file now."""


class AbsentError(Exception):
    """The library has no such file, or does not let it be read; the text says what was seen."""


@dataclass(frozen=True, slots=True)
class Part:
    """The bytes of a file from `start` on; `total`: the size of the whole, if known; `validator`: what tells its state."""

    start: int
    total: int | None
    validator: str
    chunks: Iterator[bytes]


class Source(ABC):
    """One media library."""

    @abstractmethod
    def where(self, path: str) -> str:
        """The place of a file of the library, for people and records."""

    @abstractmethod
    def read(self, path: str, start: int, validator: str) -> Part:
        """The bytes from `start` on if the file still is what `validator` stands for, else from 0 on.

        Raises AbsentError, BeyondError, CutError; the chunks raise CutError.
        """
