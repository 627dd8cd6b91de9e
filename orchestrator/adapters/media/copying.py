"""Copies one file of a library into the cache: goes on where a cut left off, and keeps it only with its digest."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import IO

from orchestrator.adapters.media.cache import MediaCache, digest_of
from orchestrator.adapters.media.source import CHUNK, AbsentError, BeyondError, CutError, Part, Source
from orchestrator.domain.text.format import size_words
from orchestrator.errors import NotObtained, StoreFault

ATTEMPTS = 3
"""Attempts in a row in which less than LEAST bytes come; more of them begin the count anew."""
LEAST = 1024
LOOKS = 64 << 20
"""Bytes between two looks at the room on the disk, and two lines about the progress."""
Say = Callable[[str], None]


class Copying:
    """One copy of one file. The caller holds the lock of its digest."""

    def __init__(self, cache: MediaCache, source: Source, path: str, sha256: str, say: Say) -> None:
        self._cache, self._source, self._path, self._sha256, self._say = cache, source, path, sha256, say
        self._where = source.where(path)

    def file(self) -> Path:
        """The file in the cache. Raises NotObtained, StoreFault; a cut loses nothing that was copied."""
        resumed = self._size() > 0
        digest = self._whole()
        if digest != self._sha256 and resumed:
            # What was there before may be of another state of the file, from a server that gives no validator.
            self._cache.drop(self._sha256)
            digest = self._whole()
        if digest != self._sha256:
            self._cache.drop(self._sha256)
            finding = f"{self._where} has digest {digest}, and {self._sha256} was asked for"
            raise NotObtained(finding, "find out which of the two was approved before you change either")
        return self._cache.keep(self._sha256)

    def _size(self) -> int:
        file, _ = self._cache.partial(self._sha256)
        return file.stat().st_size if file.exists() else 0

    def _digest(self) -> str:
        file, _ = self._cache.partial(self._sha256)
        with file.open("rb") as stream:
            return digest_of(stream)

    def _whole(self) -> str:
        """The digest of the whole file, once all of it is here."""
        idle, most = 0, self._size()
        while True:
            try:
                return self._attempt()
            except BeyondError:
                digest = self._digest()
                if digest == self._sha256:
                    return digest
                self._cache.drop(self._sha256)
                idle, most = idle + 1, 0
                if idle >= ATTEMPTS:
                    return digest
            except AbsentError as absent:
                finding = f"{self._where} cannot be had: {absent}"
                raise NotObtained(finding, "correct the path or the library, then retry") from None
            except CutError as cut:
                gained = self._size() - most >= LEAST
                idle, most = (0, self._size()) if gained else (idle + 1, max(most, self._size()))
                if idle >= ATTEMPTS:
                    finding = f"{self._where} was cut off: {cut}"
                    move = (
                        f"retry: {size_words(self._size())} of it are kept, and the copy goes on from there"
                    )
                    raise NotObtained(finding, move) from None
                self._say(f"{self._where}: {cut}; going on")

    def _attempt(self) -> str:
        file, validator = self._cache.partial(self._sha256)
        try:
            with file.open("r+b" if file.exists() else "x+b") as stream:
                stream.seek(0, os.SEEK_END)
                part = self._source.read(self._path, stream.tell(), validator)
                self._refuse_without_room((part.total or 0) - part.start)
                digest = self._kept(stream, part)
                self._cache.begun(self._sha256, part.validator)
                self._write(stream, part, digest)
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise StoreFault(
                f"{self._where} cannot be copied to {file}: {error.strerror}. What was copied is kept; free space, then retry."
            ) from None
        return digest.hexdigest()

    def _kept(self, stream: IO[bytes], part: Part) -> "hashlib._Hash":
        """The digest of what stays of an earlier copy; the rest of it is cut off."""
        digest = hashlib.sha256()
        stream.truncate(part.start)
        stream.seek(0)
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
        return digest

    def _write(self, stream: IO[bytes], part: Part, digest: "hashlib._Hash") -> None:
        position, told_at = part.start, part.start
        for chunk in part.chunks:
            stream.write(chunk)
            digest.update(chunk)
            position += len(chunk)
            if position - told_at >= LOOKS:
                told_at = position
                self._refuse_without_room(1)
                of = f" of {size_words(part.total)}" if part.total else ""
                self._say(f"{self._where}: {size_words(position)}{of}")

    def _refuse_without_room(self, needed: int) -> None:
        room = self._cache.room()
        if needed > room:
            raise StoreFault(
                f"{self._where} needs {size_words(needed)} more, and there is room for {size_words(room)} beside the reserve "
                "(ORCH_DISK_RESERVE). Free space (orch library prune), then retry; what was copied is kept."
            )
