"""Requests that no browser of a person makes: none is answered by a traceback, and none does what it was made for."""

from __future__ import annotations

import json
import re
import time
from urllib.parse import urlsplit

import httpx
import pytest

from orchestrator.web.gate import LARGEST
from orchestrator.web.hurried import HurriedProtocol
from orchestrator.web.route_table import all_routes
from orchestrator.web.routes import Route
from tests.web.hostile.raw_lines import connected, raw
from tests.worlds.served import CSRF
from tests.worlds.served_home import HOSTILE, SCHEDULED, addresses

UNSAFE = [route for route in all_routes() if route.method != "GET"]
WITH_PARTS = [route for route in all_routes() if "{" in route.path and route.method == "GET"]
TRAVERSALS = (
    "..%2f..%2f..%2fetc%2fpasswd",
    "%2e%2e%2f%2e%2e%2fetc/passwd",
    "..%5c..%5cetc%5cpasswd",
    "%2fetc%2fpasswd",
    "....//....//etc/passwd",
    "%00",
    "a%00.html",
    "%c0%ae%c0%ae/etc/passwd",
    "%E2%80%AE%F0%9F%92%A3",
    "%0d%0aSet-Cookie:%20evil=1",
    "a" * 3000,
    "orch.house",
)


def with_part(route: Route, part: str) -> str:
    """The path with this in the place of each of its parts; a deployment stays one that is there, in one of two."""
    return re.sub(r"\{[^}]+\}", lambda _: part, route.path)


def is_well_answered(answer: httpx.Response) -> bool:
    return answer.status_code < 500 and "Traceback" not in answer.text and "root:" not in answer.text


SOME_OR_ALL = pytest.mark.parametrize(
    "every", [5, pytest.param(1, marks=pytest.mark.long)], ids=["some", "all"]
)
"""Of what is tried on each route: in turns a fifth, so that each is tried somewhere; all of it takes a minute."""


@SOME_OR_ALL
@pytest.mark.parametrize("number", range(len(WITH_PARTS)), ids=lambda number: WITH_PARTS[number].path)
def test_no_part_of_a_path_leads_elsewhere(client: httpx.Client, number: int, every: int) -> None:
    route = WITH_PARTS[number]
    for part in TRAVERSALS[number % every :: every]:
        for path in {with_part(route, part), with_part(route, part).replace(part, SCHEDULED, 1)}:
            with client.stream("GET", path) as answer:
                if "event-stream" not in answer.headers.get("content-type", ""):
                    answer.read()
                    assert is_well_answered(answer), path
                assert "set-cookie" not in answer.headers, path


@pytest.mark.parametrize("route", UNSAFE, ids=lambda route: route.name)
def test_no_field_of_a_form_has_a_nul(client: httpx.Client, route: Route) -> None:
    headers = {"x-orch-csrf": CSRF, "content-type": "application/x-www-form-urlencoded"}
    answer = client.request(route.method, with_part(route, SCHEDULED), headers=headers, content=b"once=a%00b")
    assert answer.status_code == 400, answer.text


@pytest.mark.parametrize("route", UNSAFE, ids=lambda route: route.name)
def test_no_other_site_makes_a_browser_do_anything(client: httpx.Client, route: Route) -> None:
    path = with_part(route, SCHEDULED)
    right = {"x-orch-csrf": CSRF}
    for headers in (
        {} if route.right is not None else {"origin": "https://evil.example"},
        {"x-orch-csrf": "d" * 32, "origin": "https://evil.example"},
        {**right, "origin": "https://evil.example"},
        {**right, "origin": "null"},
        {**right, "sec-fetch-site": "cross-site"},
        {**right, "sec-fetch-site": "same-site"},
    ):
        answer = client.request(route.method, path, headers=headers, content=b"")
        assert answer.status_code == 403, (headers, answer.text)
        assert "forged" in answer.text or "not made by a page" in answer.text


BODIES = {
    "deep": ("application/json", b"[" * 100_000),
    "deep objects": ("application/json", b'{"a":' * 50_000),
    "twice": ("application/json", b'{"event": 1, "event": 2}'),
    "large number": ("application/json", b'{"event": 1' + b"0" * 50_000 + b"}"),
    "NaN": ("application/json", b'{"event": NaN}'),
    "prototype": ("application/json", b'{"__proto__": {"admin": true}, "constructor": 1}'),
    "not UTF-8": ("application/json", b'{"event": "\xff\xfe"}'),
    "lone surrogate": ("application/json", b'{"event": "\\ud800"}'),
    "a form as JSON": ("application/json", b"csrf=" + CSRF.encode()),
    "JSON as a form": ("application/x-www-form-urlencoded", b'{"event": 1}'),
    "text": ("text/plain", b'{"event": 1}'),
    "files": ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\nc\r\n'),
    "no boundary": ("multipart/form-data", b"--x"),
    "odd charset": ("application/x-www-form-urlencoded; charset=utf-7", b"reason=+ADw-script+AD4-"),
    "many fields": ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % n for n in range(5000))),
    "NUL": ("application/x-www-form-urlencoded", b"reason=a%00b&login=a%00"),
    "XML": ("application/xml", b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'),
}  # fmt: skip


@SOME_OR_ALL
@pytest.mark.parametrize("number", range(len(BODIES)), ids=list(BODIES))
def test_no_body_is_a_fault_of_the_service(client: httpx.Client, number: int, every: int) -> None:
    kind, body = list(BODIES.values())[number]
    for route in UNSAFE[number % every :: every]:
        path = with_part(route, SCHEDULED)
        headers = {"x-orch-csrf": CSRF, "content-type": kind}
        answer = client.request(route.method, path, headers=headers, content=body)
        assert is_well_answered(answer), (route.name, answer.status_code, answer.text[:300])


TO_LOG_OUT = b"POST /logout HTTP/1.1\r\nHost: a\r\n"
HEADS = {
    "long path": (b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", b" 4"),
    "long header": (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 100_000 + b"\r\n\r\n", b" "),
    "many headers": (b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: a\r\n" * 20_000 + b"\r\n", b" "),
    "no host": (b"GET / HTTP/1.1\r\n\r\n", b" 400 "),
    "two lengths": (TO_LOG_OUT + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\na", b" 400 "),
    "length and chunks": (TO_LOG_OUT + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b" 4"),
    "a length below nothing": (TO_LOG_OUT + b"Content-Length: -1\r\n\r\n", b" 400 "),
    "too large": (TO_LOG_OUT + b"Content-Length: %d\r\n\r\n" % (LARGEST + 1), b" 413 "),
    "chunks": (TO_LOG_OUT + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b" 411 "),
    "a folded header": (b"GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n", b" "),
    "NUL in a header": (b"GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n", b" 400 "),
    "another protocol": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b" 4"),
    "an absolute path": (b"GET http://evil.example/people HTTP/1.1\r\nHost: a\r\n\r\n", b" 404 "),
    "a method of its own": (b"SCRIPT / HTTP/1.1\r\nHost: a\r\n\r\n", b" 405 "),
    "TRACE": (b"TRACE / HTTP/1.1\r\nHost: a\r\nX-Secret: 1\r\n\r\n", b" 405 "),
    "CONNECT": (b"CONNECT evil.example:443 HTTP/1.1\r\nHost: a\r\n\r\n", b" 4"),
    "nonsense": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b" 400 "),
}  # fmt: skip


@pytest.mark.parametrize("case", HEADS)
def test_no_head_is_a_fault_of_the_service(address: str, case: str) -> None:
    sent, status = HEADS[case]
    try:
        answer = raw(address, sent)
    except ConnectionError:
        return  # it was closed before all of it was sent
    first = answer.partition(b"\r\n")[0]
    assert status in first, first
    assert b" 500 " not in first
    assert b"X-Secret" not in answer


@pytest.mark.parametrize(
    "sent",
    [b"", b"GET / HTTP/1.1\r\nHost: a\r\n", b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nGET / HT"],
    ids=["nothing", "half a head", "half a second head"],
)
def test_a_slow_head_is_not_waited_for(address: str, sent: bytes) -> None:
    usual, HurriedProtocol.head_within = HurriedProtocol.head_within, 0.3
    try:
        with connected(address, within=60) as line:
            line.sendall(sent)
            while line.recv(65536):
                pass
    finally:
        HurriedProtocol.head_within = usual


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "a b", "[::1", "\u00e9".encode().decode("latin-1")]
)
def test_the_name_of_the_host_that_is_asked_for_is_nowhere_in_an_answer(address: str, host: str) -> None:
    for path in ("/", "/login", "/people", "/nothing"):
        sent = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nX-Forwarded-Host: evil.example\r\nConnection: close\r\n\r\n"
        assert b"evil.example" not in raw(address, sent.encode("latin-1"))


ELSEWHERE = ("https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/%09/evil.example",
             "///evil.example", "\\\\evil.example", "/\tevil.example", "https:evil.example", "data:text/html,a")  # fmt: skip


@pytest.mark.parametrize("to", ELSEWHERE)
def test_a_login_leads_to_no_other_site(client: httpx.Client, to: str) -> None:
    answer = client.get("/login", params={"to": to})
    there = urlsplit(answer.headers.get("location", "/"))
    assert (there.scheme, there.netloc, answer.headers.get("location", "/")[:2]) in {
        ("", "", "/"),
        ("", "", "/%"),
    }


def test_every_page_carries_what_keeps_it_alone(client: httpx.Client) -> None:
    for path in (*addresses(), "/login", "/nothing", "/static/style.css"):
        answer = client.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy, path
        assert "frame-ancestors 'none'" in policy, path
        assert "unsafe" not in policy, path
        assert answer.headers["x-frame-options"] == "DENY", path
        assert answer.headers["x-content-type-options"] == "nosniff", path
        assert path.startswith("/static") or answer.headers["cache-control"] == "no-store", path
        assert not re.search(r"<script(?![^>]* src=)[^>]*>|\son\w+=|javascript:", answer.text), path


def test_what_plans_and_hosts_are_called_stays_text(client: httpx.Client) -> None:
    script = HOSTILE.partition("\u202e")[0]
    shown = 0
    for path in (
        *addresses(),
        f"/deployments/{SCHEDULED}",
        "/deployments?text=%3Cscript%3Ealert(1)%3C/script%3E",
    ):
        text = client.get(path).text
        shown += "&lt;script&gt;" in text
        assert script not in text, path
        assert not re.search("[\u202a-\u202e\u2066-\u2069\x1b\x00]", text), path
    assert shown > 5
    for path in (
        "/api/v1/deployments",
        f"/api/v1/deployments/{SCHEDULED}",
        f"/api/v1/deployments/{SCHEDULED}/events",
    ):
        answer = client.get(path)
        assert answer.headers["content-type"] == "application/json", path
        json.loads(answer.text)


@pytest.mark.parametrize("number", ["x" * 10_000, "../..", "<script>", "-0-", "f" * 24])
def test_a_forged_number_of_an_event_gets_what_a_new_watcher_gets(client: httpx.Client, number: str) -> None:
    with client.stream("GET", "/deployments/residue/stream", headers={"last-event-id": number}) as answer:
        text = "".join(answer.iter_text())
    assert "event: change" in text
    assert number not in text


def test_parts_of_a_page_and_other_methods(client: httpx.Client) -> None:
    assert client.get("/", headers={"range": "bytes=0-1"}).status_code == 200
    assert client.head("/").status_code in {200, 405}
    assert client.get("/static/style.css", headers={"range": "bytes=9-1"}).status_code in {200, 400, 416}
    many = ",".join(f"{n}-{n}" for n in range(0, 4000, 2))
    began = time.process_time()
    assert client.get("/static/style.css", headers={"range": f"bytes={many}"}).status_code < 500
    assert time.process_time() - began < 30
    assert client.post("/", headers={"x-orch-csrf": CSRF, "x-http-method-override": "GET"}).status_code == 405
    assert client.get("/static/../gate.py").status_code == 404
    assert client.get("/static/..%2fgate.py").status_code == 404


def test_another_name_of_this_machine_is_told_the_address(client: httpx.Client, address: str) -> None:
    other = address.replace("127.0.0.1", "localhost")
    answer = client.post("/login", data={"login": "a", "password": "b"}, headers={"origin": other})
    assert answer.status_code == 403
    assert f"open {address}/" in re.sub(r"<wbr>", "", answer.text)
