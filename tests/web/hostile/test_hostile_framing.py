"""Requests whose end two servers could see in different places, slow ones, and ones that ask for another host."""

from __future__ import annotations

import re
import time
from contextlib import suppress

import httpx
import pytest

from orchestrator.web import gate
from orchestrator.web.gate import LARGEST
from orchestrator.web.hurried import HurriedProtocol
from tests.web.hostile.raw_lines import answers_in, connected, raw

HEAD = b"POST /logout HTTP/1.1\r\nHost: a\r\n"
HIDDEN = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
CHUNKED = b"0\r\n\r\n" + HIDDEN

SMUGGLED = {
    "a space before the colon": HEAD + b"Content-Length : 0\r\n\r\n" + HIDDEN,
    "a sign": HEAD + b"Content-Length: +0\r\n\r\n" + HIDDEN,
    "hexadecimal": HEAD + b"Content-Length: 0x0\r\n\r\n" + HIDDEN,
    "a list of two": HEAD + b"Content-Length: 0, 5\r\n\r\n" + HIDDEN,
    "another coding": HEAD + b"Transfer-Encoding: xchunked\r\n\r\n" + CHUNKED,
    "two codings": HEAD + b"Transfer-Encoding: chunked, identity\r\n\r\n" + CHUNKED,
    "the coding twice": HEAD + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n" + CHUNKED,
    "a coding and a length": HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n" + CHUNKED,
    "a length and a coding": HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKED,
    "a tab in the coding": HEAD + b"Transfer-Encoding:\tchunked\r\n\r\n" + CHUNKED,
    "a bare CR": HEAD + b"X: a\rContent-Length: 0\r\n\r\n" + HIDDEN,
    "a name with a line": HEAD + b"X\r\n : a\r\nContent-Length: 0\r\n\r\n" + HIDDEN,
    "a vertical tab": HEAD + b"Content-Length:\x0b0\r\n\r\n" + HIDDEN,
    "two hosts": b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n" + HIDDEN,
}


@pytest.mark.parametrize("case", SMUGGLED)
def test_what_has_two_ends_is_answered_once(address: str, case: str) -> None:
    answers = answers_in(raw(address, SMUGGLED[case], then=10))
    assert len(answers) == 1, answers
    assert re.search(b" 4(00|11) ", answers[0]), answers


def test_what_goes_through_a_pipe_is_answered_in_its_order(address: str) -> None:
    pipe = b"GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n" + HIDDEN
    assert [line.split()[1] for line in answers_in(raw(address, pipe, then=10))] == [b"404", b"200"]


TARGETS = {
    "HTTP/1.0 without a host": (b"GET /healthz HTTP/1.0\r\n\r\n", b"200"),
    "two slashes": (b"GET //evil.example/people HTTP/1.1\r\nHost: a\r\n\r\n", b"404"),
    "slashes and backslashes": (b"GET /\\evil.example HTTP/1.1\r\nHost: a\r\n\r\n", b"404"),
    "an asterisk": (b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", b"404"),
    "no slash": (b"GET people HTTP/1.1\r\nHost: a\r\n\r\n", b"404"),
    "coded twice": (b"GET /static/%252e%252e%252fgate.py HTTP/1.1\r\nHost: a\r\n\r\n", b"404"),
    "a NUL below static": (b"GET /static/style.css%00.js HTTP/1.1\r\nHost: a\r\n\r\n", b"404"),
    "a coded slash at the end": (b"GET /deployments%2f HTTP/1.1\r\nHost: a\r\n\r\n", b""),
    "a coded query": (b"GET /login%3fto=/people HTTP/1.1\r\nHost: a\r\n\r\n", b"404"),
    "another path in a header": (
        b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-Original-URL: /people\r\nX-Rewrite-URL: /people\r\n\r\n",
        b"200",
    ),
}


@pytest.mark.parametrize("case", TARGETS)
def test_a_target_means_one_page_or_none(address: str, case: str) -> None:
    sent, status = TARGETS[case]
    answer = raw(address, sent, then=10)
    [line] = answers_in(answer)
    assert line.split()[1].startswith(status), line
    assert int(line.split()[1]) < 500
    location = re.search(rb"\r\nlocation: ([^\r]*)", answer)
    assert location is None or re.match(rb"/(?![/\\])|http://(127\.0\.0\.1|a)\b", location[1]), location


def test_a_body_that_comes_slowly_is_not_waited_for(address: str) -> None:
    usual, gate.SLOWEST = gate.SLOWEST, 0.3
    try:
        with connected(address) as line:
            line.sendall(
                HEAD + b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\na"
            )
            began = time.monotonic()
            assert b" 408 " in line.recv(65536).partition(b"\r\n")[0]
            assert time.monotonic() - began < 20
    finally:
        gate.SLOWEST = usual


@pytest.mark.parametrize("length", [LARGEST, 1 << 40])
def test_a_body_that_nobody_reads_is_not_kept(address: str, client: httpx.Client, length: int) -> None:
    """A GET has no body that is read, and one that is too large is refused at its head: neither fills the memory."""
    usual, HurriedProtocol.head_within = HurriedProtocol.head_within, 0.5
    method = b"GET /nothing" if length == LARGEST else b"POST /logout"
    sent, part = 0, b"a" * 65536
    try:
        with connected(address, within=2) as line, suppress(OSError):
            line.sendall(method + b" HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % length)
            for _ in range(65_536):
                sent += line.send(part)
    finally:
        HurriedProtocol.head_within = usual
    assert sent < 4 << 30
    assert client.get("/healthz").status_code == 200


MANY_HEADERS = b"".join(b"X-%d: a\r\n" % number for number in range(5000))


@pytest.mark.parametrize(
    "header",
    [
        MANY_HEADERS,
        b"Cookie: " + b"orch=a; " * 1500 + b"\r\n",
        b"Cookie: orch=" + b"\x80\xff" * 20 + b"\r\n",
        b"Authorization: Bearer " + b"a" * 20_000 + b"\r\n",
        b"Authorization: Bearer \xff\xfe\r\n",
        b"Authorization: Basic YTpi\r\n",
        b"If-None-Match: " + b'"a",' * 8000 + b"\r\n",
        b"If-Modified-Since: Thu, 99 Foo 99999 99:99:99 GMT\r\n",
        b"Accept-Language: " + b"a," * 10_000 + b"\r\n",
        b"Range: bytes=99999999999999999999-\r\n",
        b"Expect: 200-nothing\r\n",
        b"Upgrade: websocket\r\nConnection: Upgrade\r\n",
        b"Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABk\r\n",
    ],
    ids=lambda header: header[:14].decode("latin-1"),
)
def test_no_header_is_a_fault_of_the_service(address: str, header: bytes) -> None:
    for path in (b"/", b"/api/v1/deployments", b"/static/style.css"):
        sent = b"GET " + path + b" HTTP/1.1\r\nHost: a\r\n" + header + b"Connection: close\r\n\r\n"
        try:
            answers = answers_in(raw(address, sent, then=20))
        except ConnectionError:
            continue  # it was closed before all of it was sent
        assert len(answers) == 1, answers
        assert 200 <= int(answers[0].split()[1]) < 500, answers
