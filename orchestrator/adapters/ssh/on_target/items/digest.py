"""SHA-256 by Python's own code for little, and by OpenSSL for much: loading OpenSSL takes as long as digesting 1 MiB."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class Digest(Protocol):
        """A digest under way."""

        def update(self, data: bytes, /) -> None:
            """Add bytes."""

        def hexdigest(self) -> str:
            """The digest of what was added."""


LITTLE = 1 << 20
"""Bytes, of all digests of this program together, before OpenSSL is worth its loading."""


class Digests:
    """Chooses between the two by what it was asked for so far."""

    def __init__(self) -> None:
        self._expected = 0

    def sha256(self, size: int) -> Digest:
        """A digest of some `size` bytes, nothing of it added yet."""
        self._expected += size
        if self._expected <= LITTLE:
            for module in ("_sha256", "_sha2"):  # its name up to Python 3.11, and since
                try:
                    digest: Digest = __import__(module).sha256()
                except (ImportError, ValueError):
                    continue
                return digest
        import hashlib

        return hashlib.sha256()

    def of(self, content: bytes) -> str:
        """The digest of these bytes."""
        digest = self.sha256(len(content))
        digest.update(content)
        return digest.hexdigest()

    def of_file(self, path: str) -> str:
        """The digest of a regular file. Raises OSError."""
        with open(path, "rb", buffering=0) as source:
            digest = self.sha256(os.fstat(source.fileno()).st_size)
            while True:
                piece = source.read(1 << 20)
                if not piece:
                    return digest.hexdigest()
                digest.update(piece)


_of_program = Digests()
sha256 = _of_program.sha256
of = _of_program.of
of_file = _of_program.of_file
