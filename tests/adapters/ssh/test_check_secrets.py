"""Credentials of checks that are asked on a host: they go there over ssh, and come back in no finding."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from orchestrator.adapters.checks.http_secrets import secrets_of
from orchestrator.adapters.ssh import SshTargets
from orchestrator.domain.plan.check import Check
from tests.adapters.ssh.loopback import Loopback, loopback_sshd

PAIR = "monitor:pass-word-4711"
BASIC = f"Basic {base64.b64encode(PAIR.encode()).decode()}"


class Site(BaseHTTPRequestHandler):
    """Answers what it was told as a password."""

    def do_GET(self) -> None:
        heard = self.headers.get("Authorization") or "nothing"
        self.send_response(200 if heard == BASIC else 401)
        self.end_headers()
        self.wfile.write(heard.encode())

    def log_message(self, *args: object) -> None:
        """Be quiet."""


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loopback]:
    with loopback_sshd(tmp_path_factory.mktemp("sshd")) as served:
        yield served


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


def test_credentials_reach_the_host_and_no_finding(sshd: Loopback, site: str, tmp_path: Path) -> None:
    (tmp_path / "monitor").write_text(f"{PAIR}\n")
    shared = {"url": site, "origin": "target"}
    written: list[dict[str, object]] = [
        {"http": {**shared, "basic_auth": {"file": "monitor"}}},
        {"http": {**shared, "basic_auth": {"file": "monitor"}, "contains": "other"}},
        {"http": {**shared, "basic_auth": {"file": "gone"}}},
        {"http": shared},
    ]
    checks = [TypeAdapter[Check](Check).validate_python(each) for each in written]
    results = SshTargets(secrets_of=secrets_of).verify([sshd.target()], checks, tmp_path)[1:]
    assert [result.answer for result in results] == ["passed", "failed", "inconclusive", "failed"]
    assert results[1].found.startswith('status 200 without "other": Basic [vaulted:')
    assert results[2].found == f"{tmp_path}/gone cannot be read on this machine: No such file or directory"
    assert BASIC.split()[1] not in str(results)
