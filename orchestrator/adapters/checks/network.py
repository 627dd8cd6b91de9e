"""HTTP and TCP asked from this machine."""

import http.client
import socket
import threading
from contextlib import suppress
from typing import cast
from urllib.parse import urlsplit

from orchestrator.domain.plan.check import Answer, HttpCheck, TcpCheck
from orchestrator.domain.plan.target import Target
from orchestrator.policy.evidence.http_answer import BODY_LIMIT, judge_http

Finding = tuple[Answer, str]


def ask_http(check: HttpCheck, target: Target) -> Finding:
    """What one request brought: no proxy, no redirection followed, certificates verified."""
    parts = urlsplit(_placed(check.url, target, bracketed=True))
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    late = threading.Event()
    try:
        connection = kind(parts.hostname or "", parts.port, timeout=check.timeout)
        connection.connect()
        timer = threading.Timer(check.timeout, _cut, (connection.sock, late))
        timer.start()
        try:
            path = (parts.path or "/") + ("?" + parts.query if parts.query else "")
            connection.request(check.method, path, headers={"User-Agent": "orch", "Connection": "close"})
            answer = connection.getresponse()
            body = answer.read(BODY_LIMIT + 1)
        finally:
            timer.cancel()
            connection.close()
    except TimeoutError:
        late.set()
    except (OSError, http.client.HTTPException, ValueError) as error:
        if not late.is_set():
            return "failed", f"no answer: {_words(error)}"
    if late.is_set():
        return "failed", f"no answer within {check.timeout:g} s"
    answer_word, finding = judge_http(
        status=answer.status, body=body, wanted=check.status, contains=check.contains
    )
    return cast("Answer", answer_word), finding


def _cut(wire: socket.socket, late: threading.Event) -> None:
    """End a request whose time is over, also one whose answer comes drop by drop."""
    late.set()
    with suppress(OSError):
        wire.shutdown(socket.SHUT_RDWR)


def ask_tcp(check: TcpCheck, target: Target) -> Finding:
    """Whether a TCP port takes a connection; only a refusal or silence shows that it does not."""
    closed: Answer = "failed" if check.open else "passed"
    try:
        socket.create_connection((_placed(check.address, target), check.port), timeout=check.timeout).close()
    except TimeoutError:
        return closed, f"no answer within {check.timeout:g} s"
    except ConnectionRefusedError:
        return closed, "connection refused"
    except OSError as error:
        return ("failed" if check.open else "inconclusive"), _words(error)
    return ("passed" if check.open else "failed"), "answers"


def _placed(text: str, target: Target, *, bracketed: bool = False) -> str:
    address = f"[{target.address}]" if bracketed and ":" in target.address else target.address
    return text.replace("{host}", target.host).replace("{address}", address)


def _words(error: BaseException) -> str:
    text = str(getattr(error, "strerror", None) or "") or str(error) or type(error).__name__
    return text[:1].lower() + text[1:]
