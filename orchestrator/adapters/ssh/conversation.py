"""One question over a login that is there: the letter goes, the answer comes, bounded in time and size."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from orchestrator.adapters.ssh.bounds import Bounds
from orchestrator.adapters.ssh.ssh_child import SshChild

_CONNECTION_LOST = 255
_COMPLAINTS = 4096


class CutShort(Exception):
    """The connection ended, fell silent or brought too much before the answer was whole; says which in words."""


class Broken(CutShort):
    """The connection ended."""


ENDED = "the connection broke: the program on the host has ended"


@dataclass
class Conversation:
    """The terms of a question, and how far it is.

    `letter`: what is still to be written. `arrived` is shown each piece; with `echo`, the piece that it finds to be a
    greeting is answered by an empty line. With `stay_after` the answer is whole when these bytes have come, and the
    program stays. `again`: the program has answered before.
    """

    child: SshChild
    bounds: Bounds
    letter: memoryview
    seconds: float
    arrived: Callable[[bytes], bool]
    echo: bool
    stay_after: bytes
    most: int
    again: bool
    complaints: bytes = b""
    sent_at: float = 0.0
    stays: bool = False

    def answer(self) -> tuple[bytes, int, bytes]:
        """The output, the exit code (-1: none), and the end of the complaints. Raises CutShort."""
        output = bytearray()
        deadline = time.monotonic() + self.seconds
        heard = time.monotonic()
        self.sent_at = time.time()
        while True:
            pieces, written = self.child.wait(self.bounds.quiet / 4, self.letter)
            self._went(written)
            self.complaints = (self.complaints + pieces.get("complaints", b""))[-_COMPLAINTS:]
            piece = pieces.get("output")
            if piece == b"":
                return self._ended(bytes(output))
            if piece:
                output += piece
                self._greet(piece)
                if self._is_whole(output, len(piece)):
                    self.stays = True
                    return bytes(output), 0, self.complaints
            now = time.monotonic()
            heard = now if piece or written else heard
            if now > deadline:
                raise CutShort(f"no answer within {self.seconds:g} s")
            if now - heard > self.bounds.quiet:
                raise CutShort(f"the host fell silent for {self.bounds.quiet:g} s")

    def _went(self, written: int) -> None:
        if written:
            self.letter = self.letter[written:]
            if not self.letter and not self.echo and not self.stay_after:
                self.child.close_input()

    def _greet(self, piece: bytes) -> None:
        if self.arrived(piece) and self.echo:
            self.sent_at = time.time()
            self.letter = memoryview(bytes(self.letter) + b"\n")

    def _is_whole(self, output: bytearray, fresh: int) -> bool:
        if len(output) > self.most:
            raise CutShort(f"the answer is larger than {self.most >> 20} MiB")
        mark = self.stay_after
        return bool(mark) and output.find(mark, max(0, len(output) - fresh - len(mark))) >= 0

    def _ended(self, output: bytes) -> tuple[bytes, int, bytes]:
        """The command has ended, or the connection: OpenSSH's log says which of both."""
        if self.again and not output:
            raise Broken(ENDED)
        code = self.child.exit_code(5.0)
        pieces, _ = self.child.wait(0.0, memoryview(b""))
        self.complaints = (self.complaints + pieces.get("complaints", b""))[-_COMPLAINTS:]
        self.child.drain_log()
        lost = self.child.log.lost() if code == _CONNECTION_LOST else None
        if lost is not None:
            raise Broken(f"the connection broke: {lost}")
        return output, -1 if code is None else code, self.complaints
