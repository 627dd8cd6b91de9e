"""A secrets server with version 2 of the key-value engine over loopback: one token, one secret, all requests counted."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class VaultServer:
    """`refused`: requests without the token; `given`: those that got the secret."""

    token: str
    path: str
    secret: dict[str, str]
    refused: int = 0
    given: int = 0
    url: str = ""
    asked: list[str] = field(default_factory=list)


@contextmanager
def vault_server(token: str, path: str, secret: dict[str, str]) -> Iterator[VaultServer]:
    """One that answers at an address of this machine."""
    made = VaultServer(token, path, secret)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(made))
    made.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()


def _handler(made: VaultServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append(self.path)
            if self.headers.get("X-Vault-Token") != made.token:
                made.refused += 1
                self._answer(403, {"errors": ["permission denied"]})
            elif self.path == "/v1/auth/token/lookup-self":
                self._answer(200, {"data": {"id": "", "policies": ["default"], "ttl": 60}})
            elif self.path.partition("?")[0] == f"/v1/secret/data/{made.path}":
                made.given += 1
                self._answer(200, {"data": {"data": made.secret, "metadata": {"version": 1}}})
            else:
                self._answer(404, {"errors": []})

        def _answer(self, status: int, content: object) -> None:
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            pass

    return Handler
