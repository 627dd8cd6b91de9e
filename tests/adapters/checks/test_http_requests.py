"""Credentials, headers, authorities and redirections of HTTP checks, asked from this machine and from a target alike."""

from __future__ import annotations

import base64
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from orchestrator.adapters.checks import network as from_here
from orchestrator.adapters.checks.http_secrets import secrets_of, unreadable_words
from orchestrator.adapters.ssh.on_target import network as from_there
from orchestrator.domain.plan.check import HttpCheck, title_of
from orchestrator.domain.plan.target import Target
from tests.worlds import asking_here

HERE = Target(host="web1", address="127.0.0.1")
TLS = Path(__file__).parents[2] / "cases/tls"
PAIR = "monitor:pass:word-4711"
BASIC = f"Basic {base64.b64encode(PAIR.encode()).decode()}"
Asker = Callable[[HttpCheck], tuple[str, str]]


class Site(BaseHTTPRequestHandler):
    """Redirects `/to/URL`, wants a password for `/secret`, and answers what it was asked."""

    heard: list[dict[str, str]]

    def do_GET(self) -> None:
        headers = {key.lower(): value for key, value in self.headers.items()}
        type(self).heard.append({"path": self.path, "method": self.command, **headers})
        refused = self.path.startswith("/secret") and headers.get("authorization") != BASIC
        status = 302 if self.path.startswith("/to/") else 401 if refused else 200
        self.send_response(status)
        if status == 302:
            self.send_header("Location", self.path.removeprefix("/to/"))
        self.end_headers()
        self.wfile.write(f"{headers.get('host')} {headers.get('authorization')} {self.path}".encode())

    do_POST = do_GET  # noqa: N815 - the server's form

    def log_message(self, *args: object) -> None:
        """Be quiet."""


@contextmanager
def serving(*, tls: bool = False) -> Iterator[tuple[str, list[dict[str, str]]]]:
    heard: list[dict[str, str]] = []
    with ThreadingHTTPServer(("127.0.0.1", 0), type("Own", (Site,), {"heard": heard})) as server:
        server.daemon_threads = True
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(TLS / "site.pem")
            server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http{'s' * tls}://127.0.0.1:{server.server_address[1]}", heard
        server.shutdown()


@pytest.fixture
def site() -> Iterator[tuple[str, list[dict[str, str]]]]:
    with serving() as served:
        yield served


@pytest.fixture(params=["from here", "from the target"])
def ask(request: pytest.FixtureRequest, tmp_path: Path) -> Asker:
    (tmp_path / "monitor").write_text(f"{PAIR}\n")

    def asked(check: HttpCheck) -> tuple[str, str]:
        secrets = secrets_of(check, tmp_path)
        if request.param == "from here":
            return from_here.ask_http(check, HERE, asking_here.HERE, secrets)
        answer, finding = from_there.ask_http({**check.model_dump(), **secrets.fields})
        return answer, secrets.redact(finding)

    return asked


def check_of(url: str, **fields: Any) -> HttpCheck:
    return HttpCheck.model_validate({"url": url, **fields})


def test_basic_auth_comes_from_a_file(ask: Asker, site: tuple[str, list[dict[str, str]]]) -> None:
    url, _ = site
    assert ask(check_of(f"{url}/secret"))[0] == "failed"
    assert ask(check_of(f"{url}/secret", basic_auth={"file": "monitor"}))[0] == "passed"


def test_a_token_comes_from_a_file(ask: Asker, site: tuple[str, list[dict[str, str]]]) -> None:
    url, heard = site
    assert ask(check_of(url, bearer={"file": "monitor"}))[0] == "passed"
    assert heard[-1]["authorization"] == f"Bearer {PAIR}"


def test_what_a_site_says_of_the_credentials_is_not_kept(
    ask: Asker, site: tuple[str, list[dict[str, str]]]
) -> None:
    url, _ = site
    answer, finding = ask(check_of(f"{url}/x", status=500, basic_auth={"file": "monitor"}))
    assert (answer, BASIC.split()[1] in finding, "pass:word" in finding) == ("failed", False, False)
    assert "[vaulted:" in finding


def test_headers_are_sent_and_host_is_a_virtual_host(
    ask: Asker, site: tuple[str, list[dict[str, str]]]
) -> None:
    url, heard = site
    answer, _ = ask(check_of(url, headers={"host": "shop.example", "X-Probe": "1"}, contains="shop.example"))
    assert (answer, heard[-1]["x-probe"], heard[-1]["host"]) == ("passed", "1", "shop.example")


@pytest.mark.parametrize(
    ("fields", "passed"),
    [
        ({}, False),
        ({"ca_file": str(TLS / "ca.pem")}, False),
        ({"ca_file": str(TLS / "ca.pem"), "headers": {"Host": "shop.example"}}, True),
        ({"ca_file": str(TLS / "ca.pem"), "headers": {"Host": "shop.example:8443"}}, True),
        ({"headers": {"Host": "shop.example"}}, False),
        ({"ca_file": str(TLS / "ca.pem"), "headers": {"Host": "other.example"}}, False),
    ],
)
def test_a_private_authority(ask: Asker, fields: dict[str, Any], *, passed: bool) -> None:
    with serving(tls=True) as (url, _):
        answer, finding = ask(check_of(f"{url}/", **fields))
    assert (answer == "passed") is passed
    assert passed or "certificate" in finding.lower()


def test_a_redirection_is_the_answer_unless_it_is_followed(
    ask: Asker, site: tuple[str, list[dict[str, str]]]
) -> None:
    url, heard = site
    assert ask(check_of(f"{url}/to//new?token=abc"))[1].startswith("status 302 to /new?...:")
    assert ask(check_of(f"{url}/to//new", status=302))[0] == "passed"
    heard.clear()
    answer, finding = ask(check_of(f"{url}/to//new", redirects="follow", contains="/new"))
    assert (answer, finding) == ("passed", f'status 200 at {url}/new with "/new"')
    assert [request["path"] for request in heard] == ["/to//new", "/new"]


def test_credentials_follow_within_the_place_only(ask: Asker, site: tuple[str, list[dict[str, str]]]) -> None:
    url, heard = site
    fields = {"redirects": "follow", "basic_auth": {"file": "monitor"}, "headers": {"X-Key": "k"}}
    assert ask(check_of(f"{url}/to//secret", **fields))[0] == "passed"
    with serving() as (elsewhere, heard_elsewhere):
        ask(check_of(f"{url}/to/{elsewhere}/x", **fields))
        assert heard[-1]["authorization"] == BASIC
        assert [("authorization" in each, "x-key" in each) for each in heard_elsewhere] == [(False, False)]
        ask(check_of(f"{elsewhere}/to/{url}/to/{elsewhere}/secret", **fields))
        assert ["authorization" in each for each in heard_elsewhere[1:]] == [True, True]
        assert "authorization" not in heard[-1]


def test_what_is_posted_is_posted_once(ask: Asker, site: tuple[str, list[dict[str, str]]]) -> None:
    url, heard = site
    ask(check_of(f"{url}/to//new", redirects="follow", method="POST"))
    assert [request["method"] for request in heard] == ["POST", "GET"]


def test_redirections_without_end_end(ask: Asker, site: tuple[str, list[dict[str, str]]]) -> None:
    url, heard = site
    path = "/to/" * 20
    answer, finding = ask(check_of(f"{url}{path}x", redirects="follow"))
    assert (answer, len(heard)) == ("failed", 6)
    assert finding.startswith("status 302 at ")


@pytest.mark.parametrize("where", ["file:///etc/passwd", "gopher://x/", "//", "http://[", "javascript:1"])
def test_no_redirection_leads_out_of_http(
    ask: Asker, site: tuple[str, list[dict[str, str]]], where: str
) -> None:
    url, _ = site
    answer, _ = ask(check_of(f"{url}/to/{where}", redirects="follow"))
    assert answer == "failed"


FILES = [
    (None, "monitor cannot be read on this machine: No such file or directory"),
    ("one\ntwo\n", "monitor does not hold one line of text"),
    ("no-colon-4711\n", "monitor does not hold `user:password` on one line"),
    ("a:b\x07\n", "monitor does not hold one line of text"),
    (b"\xff\xfe", "monitor is no text"),
]


@pytest.mark.parametrize(("content", "words"), FILES)
def test_a_file_that_is_no_credential_says_nothing_of_it(
    tmp_path: Path, content: str | bytes | None, words: str
) -> None:
    if content is not None:
        (tmp_path / "monitor").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises((OSError, ValueError)) as raised:
        secrets_of(check_of("http://x/", basic_auth={"file": "monitor"}), tmp_path)
    assert isinstance(raised.value, OSError | ValueError)
    assert unreadable_words(raised.value).replace(f"{tmp_path}/", "") == words
    assert "4711" not in str(raised.value)


def test_a_plan_of_an_earlier_version_shows_no_password() -> None:
    """Such a URL is refused where a person writes it, and read on a journal."""
    check = check_of("http://monitor:hunter22@shop:8080/a@b")
    assert title_of(check) == "http http://shop:8080/a@b"
