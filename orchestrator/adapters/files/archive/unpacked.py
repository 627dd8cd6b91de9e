"""The bytes of a packed stream, unpacked piece by piece within limits; what it is packed with is read from its first bytes."""

import bz2
import lzma
import zlib
from typing import BinaryIO, Protocol

from orchestrator.adapters.files.archive.limits import ArchiveBudget, UnusableArchive

_CHUNK = 1 << 20
_HEAD = 6


class _Unpacker(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class _Gzip:
    """`zlib` in the manner of `bz2` and `lzma`: what was not unpacked yet is kept inside."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        self.needs_input = True

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        unpacked = self._inner.decompress(self._inner.unconsumed_tail + data, max_length)
        self.needs_input = len(unpacked) < max_length
        return unpacked


class UnpackedStream:
    """A file for `tarfile`, read forwards, and one byte back. Raises UnusableArchive, EOFError, and what libraries raise."""

    def __init__(self, packed: BinaryIO, budget: ArchiveBudget, memory: int) -> None:
        self._packed, self._budget, self._memory = packed, budget, memory
        self._head = packed.read(_HEAD)
        self._unpacker = self._new_unpacker(self._head)
        self._ready = bytearray()
        self._position = 0
        self._last = b""

    def tell(self) -> int:
        """Bytes read so far."""
        return self._position

    def seekable(self) -> bool:
        """Forwards it is; `tarfile` asks for nothing else."""
        return True

    def seek(self, position: int) -> int:
        """Skip what lies between."""
        if position == self._position - 1 and self._last:
            self._ready[:0] = self._last
            self._position, self._last = position, b""
        while self._position < position and self.read(min(_CHUNK, position - self._position)):
            pass
        return self._position

    def read(self, size: int) -> bytes:
        """Up to so many bytes; fewer only at the end."""
        while len(self._ready) < size and (more := self._more()):
            self._ready += more
        piece = bytes(self._ready[:size])
        del self._ready[:size]
        self._position += len(piece)
        self._last = piece[-1:] or self._last
        return piece

    def _more(self) -> bytes:
        if self._unpacker is None:
            piece, self._head = self._head or self._packed.read(_CHUNK), b""
        else:
            piece = self._unpack(self._unpacker)
        self._budget.unpacked(len(piece))
        return piece

    def _unpack(self, unpacker: _Unpacker) -> bytes:
        """The next bytes of the stream, or of one that was appended to it."""
        while True:
            if unpacker.eof:
                self._head = self._next_head(unpacker.unused_data)
                if not self._head:
                    return b""
                following = self._new_unpacker(self._head)
                if following is None:
                    expected = "an archive that ends where its last stream does"
                    raise UnusableArchive("", expected, "more after its end")
                self._unpacker = unpacker = following
            given = b""
            if unpacker.needs_input:
                given, self._head = self._head or self._packed.read(_CHUNK), b""
                if not given:
                    raise EOFError("the packed stream ends too early")
            if piece := unpacker.decompress(given, _CHUNK):
                return piece

    def _next_head(self, unused: bytes) -> bytes:
        """What follows a stream, without padding, and enough of it to know what it is; empty at the end."""
        head = unused.lstrip(b"\0")
        while len(head) < _HEAD and (more := self._packed.read(_CHUNK)):
            head = (head + more).lstrip(b"\0")
        return head

    def _new_unpacker(self, head: bytes) -> _Unpacker | None:
        if head.startswith(b"\x1f\x8b"):
            return _Gzip()
        if head.startswith(b"BZh"):
            return bz2.BZ2Decompressor()
        if head.startswith((b"\xfd7zXZ\0", b"\x5d\0\0")):
            return lzma.LZMADecompressor(memlimit=self._memory)
        return None
