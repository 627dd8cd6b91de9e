"""A time-stamp authority (RFC 3161) on loopback: `openssl ts -reply` with throw-away keys, and ways to fail."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Literal

Mood = Literal["answers", "hangs", "refuses", "stamps another", "talks nonsense"]

CONFIG = """
[tsa]
default_tsa = here
[here]
dir = {folder}
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
certs = {folder}/ca.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""
EXTENSIONS = "[tsa_ext]\nextendedKeyUsage = critical,timeStamping\nkeyUsage = critical,digitalSignature\n"


def openssl(*words: str) -> None:
    """Run openssl."""
    subprocess.run(["openssl", *words], check=True, capture_output=True, timeout=60)


def make_authority(folder: Path) -> Path:
    """Keys and certificates of an authority in this folder. Returns the file of its own authority."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tsa.cnf").write_text(CONFIG.format(folder=folder))
    (folder / "ext.cnf").write_text(EXTENSIONS)
    (folder / "serial").write_text("01\n")
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    ca, key = str(folder / "ca.pem"), str(folder / "ca.key")
    openssl("req", "-x509", *curve, "-keyout", key, "-out", ca, "-days", "3650", "-subj", "/CN=Test TSA root")
    request = str(folder / "tsa.csr")
    openssl(
        "req", "-new", *curve, "-keyout", str(folder / "tsa.key"), "-out", request, "-subj", "/CN=Test TSA"
    )
    signing = ("-CA", ca, "-CAkey", key, "-CAcreateserial", "-days", "3650")
    extensions = ("-extfile", str(folder / "ext.cnf"), "-extensions", "tsa_ext")
    openssl("x509", "-req", "-in", request, *signing, *extensions, "-out", str(folder / "tsa.pem"))
    return folder / "ca.pem"


@dataclass
class StampAuthority:
    """A running authority: its URL, the file of its own authority, how it answers, and how often it was asked."""

    url: str
    ca_file: Path
    mood: Mood = "answers"
    asked: int = 0


def stamp(folder: Path, question: bytes) -> bytes:
    """The authority's answer to a question."""
    (folder / "question.tsq").write_bytes(question)
    config = ("-config", str(folder / "tsa.cnf"), "-section", "here")
    openssl(
        "ts",
        "-reply",
        *config,
        "-queryfile",
        str(folder / "question.tsq"),
        "-out",
        str(folder / "answer.tsr"),
    )
    return (folder / "answer.tsr").read_bytes()


def stamp_of(folder: Path, content: bytes) -> bytes:
    """A time stamp of this content by the authority in the folder."""
    (folder / "content").write_bytes(content)
    query = ("-data", str(folder / "content"), "-sha256", "-cert", "-out", str(folder / "own.tsq"))
    openssl("ts", "-query", *query)
    return stamp(folder, (folder / "own.tsq").read_bytes())


@contextmanager
def stamp_authority(folder: Path) -> Iterator[StampAuthority]:
    """The authority, until the block ends; one that hangs goes on when it ends."""
    state, over = StampAuthority("", make_authority(folder)), Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            question = self.rfile.read(int(self.headers["Content-Length"]))
            state.asked += 1
            if state.mood == "hangs":
                over.wait(60)
                return
            self.send_response(503 if state.mood == "refuses" else 200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            if state.mood == "stamps another":
                self.wfile.write(stamp_of(folder, b"another content"))
            elif state.mood == "answers":
                assert self.headers["Content-Type"] == "application/timestamp-query"
                self.wfile.write(stamp(folder, question))
            else:
                self.wfile.write(b"sorry")

        def log_message(self, *args: object) -> None:
            """Be quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.url = f"http://127.0.0.1:{server.server_port}/stamp"
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield state
    finally:
        over.set()
        server.shutdown()
        server.server_close()
        thread.join()
