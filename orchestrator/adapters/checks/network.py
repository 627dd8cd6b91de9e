"""HTTP and TCP asked from this machine."""

import http.client
import socket
import ssl
import threading
from contextlib import suppress
from typing import Any, NamedTuple, cast
from urllib.parse import urlsplit

from orchestrator.adapters.checks.http_secrets import NONE, HttpSecrets
from orchestrator.domain.plan.check import Answer, HttpCheck, TcpCheck
from orchestrator.domain.plan.target import Target
from orchestrator.policy.evidence import http_request
from orchestrator.policy.evidence.http_answer import BODY_LIMIT, judge_http

Finding = tuple[Answer, str]


def ask_http(check: HttpCheck, target: Target, secrets: HttpSecrets = NONE) -> Finding:
    """What a check's requests brought: no proxy, redirections as the check says, certificates verified."""
    url = _placed(check.url, target, bracketed=True)
    answer, finding = _asked({**check.model_dump(), "url": url, **secrets.fields})
    return answer, secrets.redact(finding)


def _asked(check: dict[str, Any]) -> Finding:
    late = threading.Event()
    request, followed = http_request.first(check), 0
    try:
        answer = _answer(check, request, late)
        following = http_request.following(check, request, answer.status, answer.location)
        while following is not None and followed < http_request.REDIRECTS and not late.is_set():
            request, followed = following, followed + 1
            answer = _answer(check, request, late)
            following = http_request.following(check, request, answer.status, answer.location)
    except TimeoutError:
        late.set()
    except (OSError, http.client.HTTPException, ValueError) as error:
        if not late.is_set():
            return "failed", f"no answer: {_words(error)}"
    if late.is_set():
        return "failed", f"no answer within {check['timeout']:g} s"
    place = f" to {http_request.shown(answer.location)}" if answer.location else ""
    if followed:
        place = f" at {http_request.shown(request.url)}{place}"
    word, finding = judge_http(
        status=answer.status,
        body=answer.body,
        wanted=check["status"],
        contains=check["contains"],
        place=place,
    )
    return cast("Answer", word), finding


class _Answer(NamedTuple):
    status: int
    location: str
    body: bytes


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
        connection.request(request.method, http_request.target_of(request), headers=request.headers)
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
    with suppress(OSError):
        wires[-1].shutdown(socket.SHUT_RDWR)


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
