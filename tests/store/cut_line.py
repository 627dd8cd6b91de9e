"""A way to a server that a test can cut: what goes in waits, and nothing is said of it, as with a firewall."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class CutLine:
    """Forwards connections on a loopback port to a Unix socket, while it is whole."""

    def __init__(self, behind: str) -> None:
        self._behind = behind
        self.whole = threading.Event()
        self.whole.set()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                far = socket.socket(socket.AF_UNIX)
                far.connect(self._behind)
                for source, other in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=(source, other), daemon=True).start()

    def _carry(self, source: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while content := source.recv(65536):
                self.whole.wait()
                other.sendall(content)
        for end in (source, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.whole.set()
        self._listening.close()


@contextmanager
def cut_line(behind: str) -> Iterator[CutLine]:
    """A line to the Unix socket."""
    line = CutLine(behind)
    try:
        yield line
    finally:
        line.close()
