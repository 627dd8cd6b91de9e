"""Frames between a controller, the agent on a host and its interpreters: length, kind and stream, then the content.

What a controller sends is marshal's second form, which each Python 3 reads. What comes from a host is never unmarshalled:
it is lengths, exit codes and bytes.
"""

from __future__ import annotations

import struct

HEAD = struct.Struct(">IBI")
"""Bytes of the content, kind, stream; the longest content of each kind is in `LONGEST`."""

# From the controller.
RUN, DATA, START, MODULE, CODE, PUT, FETCH, FOLDER, REMOVE, EXECUTABLE, KILL, CLOSE = range(1, 13)
# From the host.
HELLO, OUT, ERR, TAKEN, READY, NEED, STALE, END = range(101, 109)

PIECE = 65536
"""The most bytes of a stream in one frame."""
WINDOW = 4 * PIECE
"""What a controller sends of a stream before the host took it: a program that reads nothing stops nobody else."""
LONGEST = {
    HELLO: 4096,
    OUT: PIECE,
    ERR: PIECE,
    TAKEN: 4,
    READY: 8,
    NEED: PIECE,
    STALE: 0,
    END: 4 + PIECE,
}
BOOTED = b"orch-agent-booted\n"
"""The line after which the program is read."""
FORM = 2
"""The form of marshal."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    pass


class Nonsense(Exception):
    """What came is no frame, or a longer one than its kind may be."""


class Frames:
    """Cuts what comes in pieces into frames."""

    def __init__(self, longest: dict[int, int]) -> None:
        self.longest = longest
        self.rest = bytearray()

    def cut(self, piece: bytes) -> list[tuple[int, int, bytes]]:
        """The frames that are whole now, as kind, stream and content; raises Nonsense."""
        rest = self.rest
        rest += piece
        frames = []
        at = 0
        while len(rest) - at >= HEAD.size:
            length, kind, stream = HEAD.unpack_from(rest, at)
            if length > self.longest.get(kind, -1):
                raise Nonsense("a frame of kind %d with %d bytes" % (kind, length))
            end = at + HEAD.size + length
            if len(rest) < end:
                break
            frames.append((kind, stream, bytes(rest[at + HEAD.size : end])))
            at = end
        del rest[:at]
        return frames


def frame(kind: int, stream: int, content: bytes = b"") -> bytes:
    """The bytes of one frame."""
    return HEAD.pack(len(content), kind, stream) + content
