"""HTTP and TCP asked from the target itself."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from orchestrator.policy.evidence import http_request
from orchestrator.policy.evidence.http_answer import BODY_LIMIT, judge_http


def ask_http(check: dict[str, Any]) -> tuple[str, str]:
    """What a check's requests brought: no proxy, redirections as the check says, certificates verified."""
    got = _got(check)
    if isinstance(got, str):
        return "failed", got
    answer, request, followed = got
    place = f" to {http_request.shown(answer.location)}" if answer.location else ""
    if followed:
        place = f" at {http_request.shown(request.url)}{place}"
    return judge_http(
        status=answer.status,
        body=answer.body,
        wanted=check["status"],
        contains=check["contains"],
        place=place,
    )


def get_http(check: dict[str, Any]) -> tuple[int, bytes] | str:
    """Status and body of the answer, asked like a check; or why there is none."""
    got = _got(check)
    return got if isinstance(got, str) else (got[0].status, got[0].body)


class _Answer(NamedTuple):
    status: int
    location: str
    body: bytes


def _got(check: dict[str, Any]) -> tuple[_Answer, http_request.Request, int] | str:
    """The last answer with its request, and how many redirections led there; or why there is none."""
    late = threading.Event()
    request, followed = http_request.first(check), 0
    try:
        answer = _answer(check, request, late)
        following = http_request.following(check, request, answer.status, answer.location)
        while following is not None and followed < http_request.REDIRECTS and not late.is_set():
            request, followed = following, followed + 1
            answer = _answer(check, request, late)
            following = http_request.following(check, request, answer.status, answer.location)
    except socket.timeout:
        late.set()
    except (OSError, http.client.HTTPException, ValueError) as error:
        if not late.is_set():
            return f"no answer: {words_of(error)}"
    if late.is_set():
        return f"no answer within {check['timeout']:g} s"
    return answer, request, followed


def _answer(check: dict[str, Any], request: http_request.Request, late: threading.Event) -> _Answer:
    """One request and its answer, within the check's time."""
    parts = urlsplit(request.url)
    tls = parts.scheme == "https"
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port or (443 if tls else 80))
    wires = [socket.create_connection((connection.host, connection.port), timeout=check["timeout"])]
    timer = threading.Timer(check["timeout"], _cut, (wires, late))
    timer.start()
    try:
        if tls:
            secured = _secured(wires[0], http_request.name_of(request), check.get("ca"))
            wires.append(secured)
            secured.do_handshake()
        connection.sock = wires[-1]
        target, body = http_request.target_of(request), check.get("body")
        connection.request(request.method, target, body=body, headers=request.headers)
        answer = connection.getresponse()
        return _Answer(answer.status, answer.getheader("Location") or "", answer.read(BODY_LIMIT + 1))
    finally:
        timer.cancel()
        connection.close()
        wires[-1].close()


def _secured(wire: socket.socket, name: str, authority: str | None) -> ssl.SSLSocket:
    """The connection under TLS, before its handshake; certificates of this authority only, where there is one."""
    context = ssl.create_default_context(cadata=authority or None)
    return context.wrap_socket(wire, server_hostname=name, do_handshake_on_connect=False)


def _cut(wires: list[Any], late: threading.Event) -> None:
    """End a request whose time is over, also one whose answer comes drop by drop."""
    late.set()
    try:
        wires[-1].shutdown(socket.SHUT_RDWR)
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
