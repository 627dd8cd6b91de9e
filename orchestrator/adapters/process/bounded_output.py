"""What a program prints, read to its end and kept up to a limit: whatever is beyond it is thrown away."""

import threading
import time
from typing import IO

MOST_KEPT = 64 << 20
"""Bytes of output, and as many of errors, that are kept."""
_CHUNK = 1 << 16


class BoundedOutput:
    """Reads one stream in a thread of its own; `text` is what was kept."""

    def __init__(self, stream: IO[bytes], most: int) -> None:
        self._stream, self._left = stream, most
        self._pieces: list[bytes] = []
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def ended(self, deadline: float) -> bool:
        """Wait for the end of the stream until `deadline`; whoever holds the other end may outlive the program."""
        self._thread.join(max(0.0, deadline - time.monotonic()))
        return not self._thread.is_alive()

    @property
    def text(self) -> str:
        """What was kept so far; line ends as text has them."""
        text = b"".join(self._pieces).decode("utf-8", "replace")
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def _read(self) -> None:
        try:
            # Unbuffered, so that what was printed is here although its end is not.
            while piece := self._stream.read(_CHUNK):
                if self._left > 0:
                    self._pieces.append(piece[: self._left])
                    self._left -= len(piece)
        except (OSError, ValueError):
            return
        # Here and nowhere else: to close a stream that is being read waits for the reader.
        self._stream.close()


def feed(stream: IO[bytes] | None, text: str | None) -> None:
    """Give the program its input in a thread of its own: it may not read all of it, or print before it does."""
    if stream is not None:
        threading.Thread(target=_write, args=(stream, text or ""), daemon=True).start()


def _write(stream: IO[bytes], text: str) -> None:
    try:
        with stream:
            left = memoryview(text.encode("utf-8", "replace"))
            while left:
                left = left[stream.write(left) :]
    except (OSError, ValueError):
        return
