"""A load balancer's HTTP interface on loopback, which asks for credentials: POST /HOST/drain and /HOST/enable, GET /HOST."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@dataclass
class PoolServer:
    """`out`: hosts that are out. `asked`: method, path and Authorization field of each request."""

    url: str = ""
    authorization: str = ""
    out: set[str] = field(default_factory=set)
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)


@contextmanager
def pool_server(authorization: str) -> Iterator[PoolServer]:
    """The server, until the block ends; whoever does not show this Authorization gets 401, with what it showed."""
    state = PoolServer(authorization=authorization)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            _, host, deed = self.path.split("/")
            if self._known():
                (state.out.add if deed == "drain" else state.out.discard)(host)
                self._answer(200, "done")

        def do_GET(self) -> None:
            if self._known():
                self._answer(200, "drained" if self.path[1:] in state.out else "active")

        def _known(self) -> bool:
            shown = self.headers.get("Authorization")
            state.asked.append((self.command, self.path, shown))
            good = shown == state.authorization
            return good or self._answer(401, f"not known: {shown}")

        def _answer(self, status: int, words: str) -> bool:
            self.send_response(status)
            self.send_header("Content-Length", str(len(words)))
            self.end_headers()
            self.wfile.write(words.encode())
            return False

        def log_message(self, *args: object) -> None:
            """Be quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
