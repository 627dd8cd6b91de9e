"""A server for messages about incidents: few connections at a time, each with an end, and no word of the standard library."""

import json
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from orchestrator.adapters.incident_hook.gatekeeper import Gatekeeper
from orchestrator.adapters.incident_hook.rates import Rates
from orchestrator.domain.evidence.hook_answer import STATUS, HookAnswer
from orchestrator.errors import MachineLacks

AT_ONCE = 16
"""Connections that are open at one time; more are answered with 503 at once."""
PATIENCE = 15.0
"""Seconds that a connection has from its beginning to its end."""
LEFT_OVER, CHUNK = 1 << 20, 1 << 14
"""Bytes of a refused body that are still read, to be thrown away."""
LINES = 60
"""Refusals of one address that are told in a minute."""
_BUSY = (
    b'HTTP/1.1 503 Busy\r\nContent-Length: 16\r\nConnection: close\r\nRetry-After: 60\r\n\r\n{"code": "busy"}'
)
Tell = Callable[[HookAnswer, str], None]
"""Told of each answer, with the address that it went to."""


class IncidentListener:
    """Listens from the moment that it is made. Raises MachineLacks where that is not possible."""

    def __init__(
        self, host: str, port: int, keeper: Gatekeeper, tell: Tell, patience: float = PATIENCE
    ) -> None:
        try:
            self._server = _Server(host, port, keeper, tell, patience)
        except OSError as error:
            raise MachineLacks(
                f"orch cannot listen at {host} port {port}: {error.strerror}. Choose another --address."
            ) from None

    @property
    def port(self) -> int:
        """The port, also where any was asked for."""
        return int(self._server.server_address[1])

    def serve(self, look_every: float = 0.2) -> None:
        """Answer until `stop`, called by another thread, or a signal; seconds between looks for the former."""
        try:
            self._server.serve_forever(poll_interval=look_every)
        finally:
            self._server.server_close()

    def stop(self) -> None:
        """End `serve`."""
        self._server.shutdown()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 32

    def __init__(self, host: str, port: int, keeper: Gatekeeper, tell: Tell, patience: float) -> None:
        self.keeper, self._tell, self.patience = keeper, tell, patience
        self._lines = Rates(LINES)
        self._telling, self._free = threading.Lock(), threading.BoundedSemaphore(AT_ONCE)
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), _Handler)

    def server_bind(self) -> None:
        """Bind without asking a name server for the name of this machine, as the standard library does."""
        super(ThreadingHTTPServer, self).server_bind()
        self.server_name, self.server_port = "orch", 0

    def tell(self, answer: HookAnswer, address: str) -> None:
        """One line at a time, and of one address no more refusals than a log can bear."""
        with self._telling:
            asked = "yes" if answer.good else self._lines.ask(address, self.keeper.now())
            if asked == "no":
                answer = HookAnswer("rate", "further refusals of this address are not told for now")
            if asked != "no again":
                self._tell(answer, address)

    def process_request(self, request: Any, client_address: Any) -> None:
        """In a thread, if there are not too many."""
        if not self._free.acquire(blocking=False):
            self.tell(HookAnswer("busy", f"{AT_ONCE} connections are open"), str(client_address[0]))
            with suppress(OSError):
                request.sendall(_BUSY)
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """One connection, which ends in time whatever its sender does."""
        watch = threading.Timer(self.patience, _cut, [request])
        watch.daemon = True
        watch.start()
        try:
            super().process_request_thread(request, client_address)
        finally:
            watch.cancel()
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that broke, or whatever else: told, never as a traceback."""
        self.tell(HookAnswer("request", "the connection broke"), str(client_address[0]))


def _cut(request: socket.socket) -> None:
    try:
        request.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    server_version, sys_version = "orch", ""
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """The one method that there is."""
        address = str(self.client_address[0])
        answer = self.server.keeper.answer(address, self.path, self.headers, self.rfile.read)
        if answer is None:
            # It was told already, and the log shall not grow with each request of a flood.
            self._write(HookAnswer("rate", "too many requests; wait a minute"))
            return
        self.server.tell(answer, address)
        self._write(answer)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Whatever the standard library refuses, in our words: its own would repeat the request."""
        unknown = code == 501
        words = "only POST is taken" if unknown else "this is no request that can be read"
        answer = HookAnswer("method" if unknown else "request", words)
        self.server.tell(answer, str(self.client_address[0]))
        self._write(answer)

    def _write(self, answer: HookAnswer) -> None:
        body = json.dumps({"code": answer.code, "message": answer.words}).encode()
        self.close_connection = True
        self.send_response(STATUS[answer.code])
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        if answer.code in ("rate", "busy"):
            self.send_header("Retry-After", "60")
        self.end_headers()
        self.wfile.write(body)
        self._let_it_arrive()

    def _let_it_arrive(self) -> None:
        """Read what is left of a refused body: closing before that would take the answer away from its reader."""
        try:
            self.connection.shutdown(socket.SHUT_WR)
            self.connection.settimeout(1.0)
            for _ in range(LEFT_OVER // CHUNK):
                if not self.rfile.read1(CHUNK):
                    return
        except OSError:
            return

    def log_message(self, *args: object) -> None:
        """The log is ours."""
