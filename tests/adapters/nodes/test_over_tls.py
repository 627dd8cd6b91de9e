"""Nodes over TLS with a private authority: what is asked arrives, and each fault of a certificate has words of its own."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from orchestrator.adapters.clock import SystemClock
from orchestrator.adapters.keys.frame_keys import signature_is_good
from orchestrator.adapters.nodes import over_http
from orchestrator.adapters.nodes.door import PATH, NodeDoor, digest_of_token, token_for
from orchestrator.adapters.nodes.over_http import HttpCourier
from orchestrator.errors import StoreFault, UsageFault
from orchestrator.web.certificate_watch import CertificateWatch
from tests.worlds.private_authority import Files, PrivateAuthority
from tests.worlds.zone import ZoneWorld

CLOCK = SystemClock()


class Quiet(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """A node that refuses the certificate is no fault of the server."""


@contextmanager
def serving(world: ZoneWorld, files: Files | None) -> Iterator[tuple[str, ssl.SSLContext | None]]:
    """The door behind a server of its own; with files, over TLS. Its address and context."""
    door = NodeDoor(world.gateway, world.book, lambda: world.server.party, signature_is_good, CLOCK)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = door.handle(self.path.removeprefix(PATH), headers, body)
            self.send_response(reply.status)
            self.send_header("content-length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = Quiet(("127.0.0.1", 0), Handler)
    context = None
    if files is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(files.certificate, files.key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.server_address[1]}", context
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def asked(world: ZoneWorld, url: str, authorities: Path | None) -> None:
    """An enrolled node asks for work over a connection of its own."""
    keys = world.enrolled("n1")
    with over_http.client(authorities) as opened:
        named = None if authorities is None else str(authorities)
        assert HttpCourier(url, keys, CLOCK, opened, named).take(0.0, new=True) is None


@pytest.fixture
def world(tmp_path: Path) -> ZoneWorld:
    return ZoneWorld(tmp_path / "world")


def test_a_node_enrols_and_asks_with_the_authority_of_the_house(world: ZoneWorld, tmp_path: Path) -> None:
    house = PrivateAuthority(tmp_path / "house")
    token = token_for("s" * 40, world.server.party)
    world.book.invite(digest_of_token(token), "dmz", "ann", 60.0)
    from orchestrator.adapters.keys.frame_keys import FolderFrameKeys

    with serving(world, house.certify()) as (url, _), over_http.client(house.file) as opened:
        keys = FolderFrameKeys(tmp_path / "fresh", "fresh")
        assert over_http.enrol(opened, url, token, keys, str(house.file)).zone == "dmz"
        asked(world, url, house.file)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("expired", r"has expired\. Renew it"),
        ("not yet", "is not valid yet"),
        ("another name", "is of another name"),
        ("another authority", r"of no authority that this node knows \(.*authority\.pem\)"),
        ("a new one of that name", r"of no authority that this node knows"),
        ("the machine's", r"of no authority that this node knows \(those of this machine\)"),
        ("no TLS", "not in TLS"),
    ],
)
def test_a_certificate_that_does_not_do_is_said_in_plain_words(
    world: ZoneWorld, tmp_path: Path, fault: str, words: str
) -> None:
    house, other = PrivateAuthority(tmp_path / "house"), PrivateAuthority(tmp_path / "other", "other")
    made: dict[str, Callable[[], Files | None]] = {
        "expired": lambda: house.certify(begins=timedelta(days=-2), ends=timedelta(seconds=-5)),
        "not yet": lambda: house.certify(begins=timedelta(hours=1)),
        "another name": lambda: house.certify(address="127.0.0.2"),
        "another authority": other.certify,
        "a new one of that name": PrivateAuthority(tmp_path / "new").certify,
        "the machine's": house.certify,
        "no TLS": lambda: None,
    }
    authorities = None if fault == "the machine's" else house.file
    with serving(world, made[fault]()) as (url, _), pytest.raises(StoreFault, match=words) as raised:
        asked(world, url, authorities)
    assert "Traceback" not in str(raised.value)
    assert url in str(raised.value)


def test_a_renewed_certificate_is_taken_up_by_a_running_server(world: ZoneWorld, tmp_path: Path) -> None:
    house = PrivateAuthority(tmp_path / "house")
    files = house.certify(begins=timedelta(days=-2), ends=timedelta(seconds=-5))
    with serving(world, files) as (url, context):
        assert context is not None
        watch = CertificateWatch(context, files.certificate, files.key)
        with pytest.raises(StoreFault, match="has expired"):
            asked(world, url, house.file)
        assert not watch.look()
        house.certify()
        assert watch.look()
        asked(world, url, house.file)


def test_a_renewed_certificate_that_cannot_be_used_leaves_the_one_that_can(
    world: ZoneWorld, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    house = PrivateAuthority(tmp_path / "house")
    files = house.certify()
    with serving(world, files) as (url, context):
        assert context is not None
        watch = CertificateWatch(context, files.certificate, files.key)
        files.certificate.write_text("no certificate")
        assert not watch.look()
        assert not watch.look()
        files.key.unlink()
        assert not watch.look()
        asked(world, url, house.file)
    assert capsys.readouterr().err.count("cannot be used") == 1


def test_a_file_without_authorities_is_named(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    for content in (None, "", "no certificates"):
        if content is not None:
            empty.write_text(content)
        with pytest.raises(UsageFault, match=r"empty\.pem holds no certificates of authorities"):
            over_http.client(empty)
