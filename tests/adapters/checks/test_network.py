"""HTTP and TCP, asked from this machine and from a target: the same questions bring the same answers."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from orchestrator.adapters.checks import network as from_here
from orchestrator.adapters.ssh.on_target import network as from_there
from orchestrator.domain.plan.check import HttpCheck, TcpCheck
from orchestrator.domain.plan.target import Target
from tests.worlds import asking_here

HERE = Target(host="web1", address="127.0.0.1")
Asker = Callable[[HttpCheck | TcpCheck], tuple[str, str]]


class Site(BaseHTTPRequestHandler):
    """A few pages."""

    def do_GET(self) -> None:
        if self.path == "/slow":
            time.sleep(3)
        status, body = {
            "/": (200, b"shop 2.4.0"),
            "/elsewhere": (302, b""),
            "/broken": (500, b"database not reachable\nat line 7"),
            "/long": (200, b"x" * (1 << 20) + b"needle"),
        }.get(self.path.partition("?")[0], (404, b"no such page"))
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/")
        self.end_headers()
        with suppress(BrokenPipeError):  # who asked has gone
            self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 - the server's form

    def log_message(self, *args: object) -> None:
        """Be quiet."""


@pytest.fixture(scope="module")
def site() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.fixture(params=["from here", "from the target"])
def ask(request: pytest.FixtureRequest) -> Asker:
    def asked(check: HttpCheck | TcpCheck) -> tuple[str, str]:
        if request.param == "from here":
            return (
                from_here.ask_http(check, HERE, asking_here.HERE)
                if isinstance(check, HttpCheck)
                else from_here.ask_tcp(check, HERE, asking_here.HERE)
            )
        fields = check.model_dump()
        for name in ("url", "address"):
            if name in fields:
                fields[name] = fields[name].replace("{address}", HERE.address)
        return from_there.ask_http(fields) if isinstance(check, HttpCheck) else from_there.ask_tcp(fields)

    return asked


HTTP = [
    ({"url": "/"}, "passed", "status 200"),
    ({"url": "/", "contains": "2.4.0"}, "passed", 'status 200 with "2.4.0"'),
    ({"url": "/", "contains": "2.5"}, "failed", 'status 200 without "2.5": shop 2.4.0'),
    ({"url": "/?a=b"}, "passed", "status 200"),
    ({"url": "/", "method": "POST"}, "passed", "status 200"),
    ({"url": "/broken"}, "failed", "status 500: database not reachable"),
    ({"url": "/broken", "status": 500}, "passed", "status 500"),
    ({"url": "/none"}, "failed", "status 404: no such page"),
    ({"url": "/elsewhere"}, "failed", "status 302 to /, and an empty body"),
    ({"url": "/elsewhere", "status": 302}, "passed", "status 302 to /"),
    ({"url": "/slow", "timeout": 0.2}, "failed", "no answer within 0.2 s"),
    ({"url": "/long", "contains": "needle"}, "inconclusive",
     'status 200; "needle" is not in the first 1048576 bytes, and there is more'),
]  # fmt: skip


@pytest.mark.parametrize(("written", "answer", "finding"), HTTP)
def test_http(site: int, ask: Asker, written: dict[str, object], answer: str, finding: str) -> None:
    check = HttpCheck.model_validate({**written, "url": f"http://{{address}}:{site}{written['url']}"})
    assert ask(check) == (answer, finding)


def test_no_proxy_is_used(site: int, ask: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert ask(HttpCheck(url=f"http://{{address}}:{site}/"))[0] == "passed"


@pytest.mark.parametrize("url", ["http://{address}:1/", "https://{address}:1/", "http://no.such.invalid/"])
def test_nobody_there(ask: Asker, url: str) -> None:
    answer, finding = ask(HttpCheck(url=url))
    assert answer == "failed"
    assert finding.startswith("no answer")


@pytest.mark.parametrize(
    "head", [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-"], ids=["body", "header"]
)
def test_an_answer_drop_by_drop_ends(ask: Asker, head: bytes) -> None:
    def drip(server: socket.socket) -> None:
        wire, _ = server.accept()
        with wire, suppress(OSError):
            wire.sendall(head)
            for _ in range(200):
                wire.sendall(b"x")
                time.sleep(0.05)

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=drip, args=(server,), daemon=True).start()
        started = time.monotonic()
        result = ask(HttpCheck(url=f"http://{{address}}:{server.getsockname()[1]}/", timeout=0.5))
    assert result == ("failed", "no answer within 0.5 s")
    assert time.monotonic() - started < 5


def test_not_http_at_all(ask: Asker) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=lambda: server.accept()[0].sendall(b"SSH-2.0-x\r\n"), daemon=True).start()
        answer, finding = ask(HttpCheck(url=f"http://{{address}}:{server.getsockname()[1]}/"))
    assert answer == "failed"
    assert finding.startswith("no answer: ")


@pytest.mark.parametrize(
    ("check", "answer"),
    [
        (TcpCheck(port=1), "failed"),
        (TcpCheck(port=1, open=False), "passed"),
        (TcpCheck(port=1, address="no.such.invalid"), "failed"),
        (TcpCheck(port=1, address="no.such.invalid", open=False), "inconclusive"),
    ],
)
def test_tcp_without_a_listener(ask: Asker, check: TcpCheck, answer: str) -> None:
    assert ask(check)[0] == answer


def test_tcp(site: int, ask: Asker) -> None:
    assert ask(TcpCheck(port=site)) == ("passed", "answers")
    assert ask(TcpCheck(port=site, open=False)) == ("failed", "answers")
