"""HTTP and TCP asked from the target itself."""

from __future__ import annotations

import http.client
import socket
import threading
from typing import Any
from urllib.parse import urlsplit

from orchestrator.policy.evidence.http_answer import BODY_LIMIT, judge_http


def ask_http(check: dict[str, Any]) -> tuple[str, str]:
    """What one request brought: no proxy, no redirection followed, certificates verified."""
    parts = urlsplit(check["url"])
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    late = threading.Event()
    try:
        connection = kind(parts.hostname or "", parts.port, timeout=check["timeout"])
        connection.connect()
        timer = threading.Timer(check["timeout"], _cut, (connection.sock, late))
        timer.start()
        try:
            path = (parts.path or "/") + ("?" + parts.query if parts.query else "")
            connection.request(check["method"], path, headers={"User-Agent": "orch", "Connection": "close"})
            answer = connection.getresponse()
            body = answer.read(BODY_LIMIT + 1)
        finally:
            timer.cancel()
            connection.close()
    except socket.timeout:
        late.set()
    except (OSError, http.client.HTTPException, ValueError) as error:
        if not late.is_set():
            return "failed", f"no answer: {words_of(error)}"
    if late.is_set():
        return "failed", f"no answer within {check['timeout']:g} s"
    return judge_http(status=answer.status, body=body, wanted=check["status"], contains=check["contains"])


def _cut(wire: socket.socket, late: threading.Event) -> None:
    """End a request whose time is over, also one whose answer comes drop by drop."""
    late.set()
    try:
        wire.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


def ask_tcp(check: dict[str, Any]) -> tuple[str, str]:
    """Whether a TCP port takes a connection."""
    try:
        socket.create_connection((check["address"], check["port"]), timeout=check["timeout"]).close()
    except socket.timeout:
        return ("failed" if check["open"] else "passed"), f"no answer within {check['timeout']:g} s"
    except ConnectionRefusedError:
        return ("failed" if check["open"] else "passed"), "connection refused"
    except OSError as error:
        # Any other trouble, such as a name that does not resolve, proves nothing about a port that ought to be closed.
        return ("failed" if check["open"] else "inconclusive"), words_of(error)
    return ("passed" if check["open"] else "failed"), "answers"


def words_of(error: BaseException) -> str:
    """An error in words, such as `connection refused`."""
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(text)[:1].lower() + str(text)[1:]
