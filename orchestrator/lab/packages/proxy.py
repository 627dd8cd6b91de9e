"""The program that serves packages to the hosts of one lab; its one argument is the file with its order.

It answers GET and HEAD of what the machine's package sources have, to hosts of the lab, and refuses everything else: other
addresses, CONNECT, whoever asks from elsewhere. It begins as root, to listen inside the lab, and goes on as nobody.
"""

import io
import os
import shutil
import socket
import ssl
import sys
import threading
import urllib.error
import urllib.request
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import BinaryIO

from orchestrator.lab.kernel.inside import network_of
from orchestrator.lab.packages.cache import Cache
from orchestrator.lab.packages.rules import PORT, Listening, ProxyOrder, is_unchanging, upstream

_NOBODY = 65534
_PATIENCE = 60.0
_PIECE = 1 << 16
_WORKERS_WAITING = 64


class TooLarge(Exception):
    """A file that is larger than all that may be kept."""


class Upstream:
    """The machine's package sources, reached as the machine reaches them."""

    def __init__(self, order: ProxyOrder) -> None:
        self._sources = order.sources
        self._cache = Cache(Path(order.cache))
        trust = ssl.create_default_context(cafile=order.authorities)
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler(order.proxies), urllib.request.HTTPSHandler(context=trust)
        )

    def place(self, asked: str) -> str | None:
        """Where to fetch what is asked for; None where it is of no source of the machine."""
        return upstream(asked, self._sources)

    def file(self, address: str, since: str | None) -> tuple[BinaryIO, dict[str, str]]:
        """The file, open, and the headers that go with it. Raises HTTPError as the source answers, OSError, TooLarge."""
        headers: dict[str, str] = {}
        if is_unchanging(address):
            return self._cache.kept(address, lambda file: self._fetch(address, None, file, headers)), {}
        whole = io.BytesIO()
        self._fetch(address, since, whole, headers)
        return whole, headers

    def _fetch(self, address: str, since: str | None, file: BinaryIO, headers: dict[str, str]) -> None:
        request = urllib.request.Request(address)  # noqa: S310 (rules.repositories lets http and https through)
        if since:
            request.add_header("If-Modified-Since", since)
        with self._opener.open(request, timeout=_PATIENCE) as answer:
            announced = answer.headers.get("Content-Length")
            if announced and int(announced) > self._cache.bound:
                raise TooLarge
            got = 0
            while piece := answer.read(_PIECE):
                got += len(piece)
                if got > self._cache.bound:
                    raise TooLarge
                file.write(piece)
            if announced and got != int(announced):
                raise OSError(f"{got} bytes instead of {announced}")
            if answer.headers.get("Last-Modified"):
                headers["Last-Modified"] = answer.headers["Last-Modified"]


class Desk(ThreadingHTTPServer):
    """One place at which hosts ask."""

    daemon_threads = True
    request_queue_size = _WORKERS_WAITING

    def __init__(self, listening: Listening, source: Upstream) -> None:
        super().__init__((listening.address, PORT), Asking, bind_and_activate=False)
        self.source, self._network = source, ip_network(listening.network)
        self.socket.close()
        with network_of(listening.space):
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            # Packets that come from outside, over another interface to this address, reach nobody here.
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, listening.bridge.encode())
            self.socket.bind((listening.address, PORT))
        self.server_activate()

    def verify_request(self, request: object, client_address: tuple[str, int]) -> bool:
        """Whether a host of this network asks; the machine itself has the address at which we listen."""
        asking = client_address[0]
        return asking != self.server_address[0] and ip_address(asking) in self._network


class Asking(BaseHTTPRequestHandler):
    """One connection of a host's apt."""

    protocol_version = "HTTP/1.1"
    timeout = _PATIENCE
    server: Desk

    def do_GET(self) -> None:
        """Send a file of a source."""
        self._answer(with_content=True)

    def do_HEAD(self) -> None:
        """Send what goes before a file."""
        self._answer(with_content=False)

    def do_CONNECT(self) -> None:
        """Refuse a way through to somewhere else."""
        self._refuse(HTTPStatus.FORBIDDEN, "this proxy opens no connections to other places")

    def _answer(self, *, with_content: bool) -> None:
        place = self.server.source.place(self.path)
        if place is None:
            self._refuse(HTTPStatus.FORBIDDEN, "not of this machine's package sources")
            return
        try:
            file, headers = self.server.source.file(place, self.headers.get("If-Modified-Since"))
        except urllib.error.HTTPError as answer:
            self._refuse(HTTPStatus(answer.code), answer.reason)
        except TooLarge:
            self._refuse(HTTPStatus.BAD_GATEWAY, "larger than all that this proxy keeps")
        except OSError as fault:
            self._refuse(HTTPStatus.BAD_GATEWAY, f"the source does not answer: {fault}")
        else:
            with file:
                self._send(file, headers, with_content=with_content)

    def _send(self, file: BinaryIO, headers: dict[str, str], *, with_content: bool) -> None:
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        self.send_response(HTTPStatus.OK)
        for name, value in (headers | {"Content-Length": str(size)}).items():
            self.send_header(name, value)
        self.end_headers()
        if with_content:
            shutil.copyfileobj(file, self.wfile, _PIECE)

    def _refuse(self, status: HTTPStatus, reason: str) -> None:
        """As `send_error`, on one line and without a page."""
        content = b"" if status == HTTPStatus.NOT_MODIFIED else f"{reason}\n".encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


def serve(order: ProxyOrder) -> None:
    """Listen at every place, then become nobody and answer for ever."""
    cache = Path(order.cache)
    cache.mkdir(mode=0o700, exist_ok=True)
    os.chown(cache, _NOBODY, _NOBODY)
    source = Upstream(order)
    desks = [Desk(each, source) for each in order.listening]
    "".encode("idna")  # what names of servers need, loaded while we can read our own installation
    Path(order.ready).touch()
    _become_nobody()
    Cache(cache).prune()
    threads = [threading.Thread(target=desk.serve_forever) for desk in desks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _become_nobody() -> None:
    os.setgroups([])
    os.setresgid(_NOBODY, _NOBODY, _NOBODY)
    os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    os.umask(0o077)


if __name__ == "__main__":
    serve(ProxyOrder.model_validate_json(Path(sys.argv[1]).read_bytes()))
