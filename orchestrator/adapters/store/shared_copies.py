"""Private copies in the database of a server, by the digest of their archive: what any machine that drives can fetch."""

import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import IO

from orchestrator.adapters.folder_archive import extract, write_archive
from orchestrator.adapters.store.contents import PART, SharedContents
from orchestrator.engine.copy_ports import SharedCopies
from orchestrator.errors import NotFound, Refused, StoreFault

MOST_BYTES = 4 << 30
"""Of one archive; a larger copy stays on the machine that made it."""
_FAST = 1
"""Of zlib: archives of playbooks get a third of their size either way."""


class StoredCopies(SharedCopies):
    """Written and read a part at a time, through a file beside them: an archive is never in memory as a whole."""

    def __init__(self, contents: SharedContents, *, most: int = MOST_BYTES) -> None:
        self._contents, self._most = contents, most

    def share(self, deployment: str, copy: Path) -> str:
        """See the port. The deployment's name is part of the bytes, so that no two have one archive."""
        try:
            with (
                tempfile.TemporaryFile(dir=copy.parent) as archive,
                tempfile.TemporaryFile(dir=copy.parent) as packed,
            ):
                write_archive(copy, archive, about=deployment)
                if archive.tell() > self._most:
                    return ""
                archive.seek(0)
                digest = _packed(archive, packed)
                size = packed.tell()
                packed.seek(0)
                self._contents.put_file(digest, packed, size)
        except OSError as error:
            raise StoreFault(f"{copy} cannot be shared: {error.strerror or error}.") from None
        return digest

    def unpack(self, digest: str, place: Path) -> None:
        """See the port. Nothing is unpacked before all of it is proved by its digest."""
        try:
            with tempfile.TemporaryFile(dir=place.parent) as archive:
                if self._written(digest, archive) != digest:
                    raise Refused(
                        "The private copy that the store keeps has another digest than the journal has of it; nothing of it "
                        "was taken. Restore the database from a backup, or drive on the machine that made the copy."
                    )
                archive.seek(0)
                with tarfile.open(fileobj=archive, mode="r:") as opened:
                    extract(opened, place)
        except tarfile.TarError as error:
            raise Refused(f"The private copy that the store keeps cannot be unpacked: {error}.") from None
        except OSError as error:
            raise StoreFault(f"{place} cannot be written: {error.strerror or error}.") from None

    def forget(self, digest: str) -> None:
        """See the port."""
        self._contents.forget([digest])

    def _written(self, digest: str, archive: IO[bytes]) -> str:
        """Writes what the store has of it; the digest of that."""
        seen, size = sha256(), 0
        for chunk in _unpacked(self._contents.parts(digest)):
            size += len(chunk)
            if size > self._most:
                raise Refused(f"The private copy that the store keeps has more than {self._most} bytes.")
            seen.update(chunk)
            archive.write(chunk)
        if size == 0:
            raise NotFound("The store keeps no private copy of that digest.")
        return seen.hexdigest()


def _packed(archive: IO[bytes], packed: IO[bytes]) -> str:
    """Writes it compressed; the digest of what is compressed."""
    seen, compressor = sha256(), zlib.compressobj(_FAST)
    while chunk := archive.read(PART):
        seen.update(chunk)
        packed.write(compressor.compress(chunk))
    packed.write(compressor.flush())
    return seen.hexdigest()


def _unpacked(parts: Iterator[bytes]) -> Iterator[bytes]:
    """In bounded pieces, whatever a part says. Raises Refused for what is not compressed as orch does it."""
    decompressor = zlib.decompressobj()
    try:
        for part in parts:
            rest = part
            while rest:
                yield decompressor.decompress(rest, PART)
                rest = decompressor.unconsumed_tail
        yield decompressor.flush()
    except zlib.error as error:
        raise Refused(f"The private copy that the store keeps is damaged: {error}.") from None
