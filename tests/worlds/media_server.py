"""An HTTP(S) server on loopback with files that it can cut off, throttle, change, redirect and lie about."""

import base64
import re
import shutil
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


@dataclass
class Faults:
    """What goes wrong with the next answers; `cut_after`: bytes of each answer before its connection ends.

    `unsized`: the server does not say how long an answer is.
    """

    cut_after: int | None = None
    cuts: int = 10**6
    trickle: float | None = None
    length: int | None = None
    unsized: bool = False
    redirect: str | None = None
    status: int | None = None
    etag: bool = True
    encoding: str | None = None


@dataclass
class MediaServer:
    """The files by path, and what was asked for: the path, and the `Range` and `Authorization` fields.

    A file on disk is sent as it is, without faults.
    """

    files: dict[str, bytes | Path] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    asked: list[tuple[str, str | None, str | None]] = field(default_factory=list)
    sent: int = 0
    url: str = ""
    ca_file: Path | None = None
    basic: str | None = None


@contextmanager
def media_server(folder: Path | None = None) -> Iterator[MediaServer]:
    """A server; with a folder, it speaks TLS, and its certificate is written there."""
    state = MediaServer()

    class Handler(_Handler):
        server_state = state

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    scheme = "http"
    if folder is not None:
        scheme, state.ca_file = "https", folder / "ca.pem"
        server.socket = tls_context(folder).wrap_socket(server.socket, server_side=True)
    state.url = f"{scheme}://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    server_state: MediaServer
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the name of the base)
        pass

    def do_GET(self) -> None:
        state = self.server_state
        faults, authorization = state.faults, self.headers.get("Authorization")
        state.asked.append((self.path, self.headers.get("Range"), authorization))
        wanted = state.basic and f"Basic {base64.b64encode(state.basic.encode()).decode()}"
        if faults.redirect is not None and not self.path.startswith("/moved"):
            self._empty(302, {"Location": faults.redirect})
        elif faults.status is not None:
            self._empty(faults.status)
        elif wanted and authorization != wanted:
            self._empty(401)
        elif (content := state.files.get(self.path.removeprefix("/moved"))) is None:
            self._empty(404)
        elif isinstance(content, Path):
            self._stream(content)
        else:
            self._send(content)

    def _stream(self, file: Path) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(file.stat().st_size))
        self.end_headers()
        with file.open("rb") as stream:
            shutil.copyfileobj(stream, self.wfile, 1 << 20)

    def _send(self, content: bytes) -> None:
        faults = self.server_state.faults
        etag = f'"{hash(content)}"'
        match = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range") or "")
        start = int(match[1]) if match and self.headers.get("If-Range") == etag else 0
        if start and start >= len(content):
            self._empty(416)
            return
        body = content[start:]
        self.send_response(206 if start else 200)
        if faults.unsized:
            self.close_connection = True
        else:
            self.send_header("Content-Length", str(len(body) if faults.length is None else faults.length))
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        if faults.etag:
            self.send_header("ETag", etag)
        if faults.encoding:
            self.send_header("Content-Encoding", faults.encoding)
        self.end_headers()
        if faults.cut_after is not None and faults.cuts > 0:
            faults.cuts -= 1
            body = body[: faults.cut_after]
            self.close_connection = True
        self._write(body, faults.trickle)

    def _write(self, body: bytes, trickle: float | None) -> None:
        try:
            if trickle is None:
                self.wfile.write(body)
                self.server_state.sent += len(body)
                return
            for byte in body:
                self.wfile.write(bytes([byte]))
                time.sleep(trickle)
        except OSError:
            self.close_connection = True

    def _empty(self, status: int, fields: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (fields or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()


def tls_context(folder: Path) -> ssl.SSLContext:
    """Of 127.0.0.1, with a certificate that is its own authority and lies in `ca.pem` of the folder."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"media of {folder.name}"[:60])])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "ca.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "key.pem").write_bytes(private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "ca.pem", folder / "key.pem")
    return context
