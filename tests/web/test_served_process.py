"""`orch serve` as a process: what it says, who reaches it, how it ends; and two of them over one PostgreSQL."""

from __future__ import annotations

import json
import os
import re
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from orchestrator.errors import ExitCode
from tests.worlds.served_people import PASSWORD

pytestmark = pytest.mark.slow
ORCH = [sys.executable, "-m", "orchestrator"]


class Served(NamedTuple):
    process: subprocess.Popen[str]
    address: str
    said: list[str]


def environment(home: Path, url: str | None = None) -> dict[str, str]:
    known = {name: value for name, value in os.environ.items() if not name.startswith("ORCH_")}
    return {**known, "ORCH_HOME": str(home), **({"ORCH_STORE_URL": url} if url else {})}


def orch(
    home: Path, *words: str, url: str | None = None, typed: str = ""
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*ORCH, *words],
        env=environment(home, url),
        input=typed,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@contextmanager
def serving(home: Path, *words: str, url: str | None = None) -> Iterator[Served]:
    command = [*ORCH, "serve", "--port", "0", *words]
    with subprocess.Popen(
        command, env=environment(home, url), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            first = process.stdout.readline()
            address = re.search(r" at (https?://\S+?)/ ;", first)
            assert address is not None, first + (process.stderr.read() if process.stderr else "")
            yield Served(process, address[1], [first])
        finally:
            process.terminate()


def ended(served: Served) -> tuple[int, list[dict[str, object]]]:
    """Its exit code after SIGTERM, and the lines of its log."""
    served.process.send_signal(signal.SIGTERM)
    _, log = served.process.communicate(timeout=30)
    return served.process.returncode, [json.loads(line) for line in log.splitlines()]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    place = tmp_path / "home"
    place.mkdir(mode=0o700)
    return place


def with_ada(home: Path, url: str | None = None) -> None:
    made = orch(
        home, "people", "add", "ada", "--role", "administrator", "--password", url=url, typed=f"{PASSWORD}\n"
    )
    assert made.returncode == 0, made.stderr


def test_it_says_what_to_do_first_logs_json_and_ends_gracefully(home: Path) -> None:
    with serving(home) as served:
        assert served.process.stdout is not None
        lines = "".join(served.process.stdout.readline() for _ in range(3))
        command = rf"  ORCH_HOME={re.escape(str(home))} orch people add \w+ --role administrator --password\n"
        assert re.search(command, lines)
        with_ada(home)
        with httpx.Client(base_url=served.address, trust_env=False, timeout=120) as browser:
            assert browser.get("/").headers["location"] == "/login?to=%2F"
            assert browser.post("/login", data={"login": "ada", "password": PASSWORD}).status_code == 303
            assert browser.get("/deployments/d-1").status_code == 404
        code, log = ended(served)
    assert code == 0
    requests = [line for line in log if line["log"] == "orch.requests"]
    assert [line["status"] for line in requests] == [303, 303, 404]
    assert requests[-1]["deployment"] == "d-1"
    assert PASSWORD not in json.dumps(log)


REFUSED = {
    "open to others": (
        ["--listen", "0.0.0.0", "--address", "https://orch.example"],
        ExitCode.REFUSED,
        "--tls-cert",
    ),
    "no address": (["--listen", "0.0.0.0"], ExitCode.USAGE, "--address"),
    "a name": (["--listen", "localhost"], ExitCode.USAGE, "--listen"),
    "half of TLS": (["--tls-cert", "c.pem"], ExitCode.USAGE, "both or neither"),
    "no certificate": (["--tls-cert", "c.pem", "--tls-key", "k.pem"], ExitCode.USAGE, "in PEM"),
    "no proxy": (
        ["--behind-proxy", "proxy", "--address", "https://orch.example"],
        ExitCode.USAGE,
        "--behind-proxy",
    ),
    "a path": (["--address", "https://orch.example/orch"], ExitCode.USAGE, "without a path"),
    "not encrypted": (["--address", "http://orch.example"], ExitCode.USAGE, "https://"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_wrong_is_said_and_nothing_starts(home: Path, case: str) -> None:
    words, code, reason = REFUSED[case]
    made = orch(home, "serve", "--port", "0", *words)
    assert (made.returncode, reason in made.stderr) == (code, True), made.stderr
    assert "Traceback" not in made.stderr
    assert list(home.iterdir()) == []


def test_a_faulty_file_is_said_with_its_line(home: Path) -> None:
    (home / "service.yml").write_text("orch: 1\nlogin:\n  password: maybe\nsessions: {idle: 3d}\n")
    made = orch(home, "serve", "--port", "0")
    assert made.returncode == ExitCode.PLAN_FAULT
    assert "service.yml:3 login.password" in made.stderr
    assert "service.yml:4 sessions.idle" in made.stderr


def test_a_port_that_is_taken_is_said(home: Path) -> None:
    with serving(home) as served:
        port = served.address.rpartition(":")[2]
        made = orch(home, "serve", "--port", port)
    assert (made.returncode, "in use" in made.stderr) == (ExitCode.MACHINE_LACKS, True)


def test_behind_a_proxy_it_answers_nobody_else(home: Path) -> None:
    with serving(home, "--behind-proxy", "192.0.2.1", "--address", "https://orch.example") as served:
        listening = _port_of(served)
        answer = httpx.get(f"http://127.0.0.1:{listening}/healthz", trust_env=False, timeout=120)
    assert (answer.status_code, "proxy" in answer.text) == (403, True)


def _port_of(served: Served) -> str:
    """Where the process listens, by the kernel."""
    listed = subprocess.run(["ss", "-Hltnp"], capture_output=True, text=True, check=True).stdout
    [line] = [line for line in listed.splitlines() if f"pid={served.process.pid}," in line]
    return line.split()[3].rpartition(":")[2]


def test_two_servers_share_sessions_and_their_ends(home: Path, tmp_path: Path, database_url: str) -> None:
    other = tmp_path / "other"
    other.mkdir(mode=0o700)
    url = database_url.replace("postgresql://", "postgresql+psycopg://")
    with_ada(home, url)
    with serving(home, url=url) as first, serving(other, url=url) as second:
        with httpx.Client(base_url=first.address, trust_env=False, timeout=120) as browser:
            assert browser.post("/login", data={"login": "ada", "password": PASSWORD}).status_code == 303
            cookie = {"cookie": f"orch={browser.cookies['orch']}"}
            assert (
                httpx.get(
                    second.address + "/people", headers=cookie, trust_env=False, timeout=120
                ).status_code
                == 200
            )
            page = browser.get("/account").text
            csrf = re.search(r'name="csrf" value="(\w+)"', page)
            assert csrf is not None
            browser.post("/logout", data={"csrf": csrf[1]})
        assert (
            httpx.get(second.address + "/people", headers=cookie, trust_env=False, timeout=120).status_code
            == 303
        )


def test_it_speaks_tls(home: Path, tmp_path: Path) -> None:
    certificate, key = str(tmp_path / "c.pem"), str(tmp_path / "k.pem")
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate]
    subprocess.run(
        [*make, "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
        check=True,
        capture_output=True,
    )
    with_ada(home)
    trusted = ssl.create_default_context(cafile=certificate)
    with serving(home, "--tls-cert", certificate, "--tls-key", key) as served:
        assert served.address.startswith("https://localhost:")
        with httpx.Client(base_url=served.address, verify=trusted, trust_env=False, timeout=120) as browser:
            answer = browser.post("/login", data={"login": "ada", "password": PASSWORD})
            assert answer.status_code == 303
            assert answer.headers["strict-transport-security"] == "max-age=31536000"
            assert set(browser.cookies) == {"__Host-orch", "__Host-orch-browser"}
            assert browser.get("/people").status_code == 200


def test_a_password_that_does_not_do_adds_nobody(home: Path) -> None:
    made = orch(home, "people", "add", "ada", "--password", typed="short\n")
    assert (made.returncode, "15 to 256 characters" in made.stderr) == (ExitCode.USAGE, True)
    assert "Nobody is known" in orch(home, "people", "list").stdout
