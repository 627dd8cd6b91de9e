"""A ticket system on loopback: scripted documents by path, and what was asked for."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@dataclass
class TicketServer:
    """`documents` by path without its query; `asked`: path with query, and the Authorization field."""

    url: str = ""
    status: int = 200
    location: str = ""
    documents: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)


@contextmanager
def ticket_server() -> Iterator[TicketServer]:
    """The server, until the block ends. A document that is a string is sent as it is."""
    state = TicketServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked.append((self.path, self.headers.get("Authorization")))
            document = state.documents.get(self.path.partition("?")[0])
            self.send_response(404 if document is None and state.status == 200 else state.status)
            if state.location:
                self.send_header("Location", state.location)
            self.end_headers()
            self.wfile.write((document if isinstance(document, str) else json.dumps(document)).encode())

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
