"""Asks a server of orch: over HTTPS, with a bearer token, bounded in time and size. Redirections are not followed."""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import (
    Conflict,
    Fault,
    MachineLacks,
    NotFound,
    OrchError,
    PlanFault,
    Refused,
    StoreFault,
    UsageFault,
)

SECONDS, LARGEST = 30.0, 64 << 20
"""Seconds for an answer, and bytes of one."""
ERRORS: Mapping[int, Callable[[str], OrchError]] = {
    400: UsageFault,
    403: Refused,
    404: NotFound,
    405: MachineLacks,
    409: Refused,
    411: MachineLacks,
    412: Conflict,
    413: UsageFault,
    415: MachineLacks,
    422: UsageFault,
    429: Refused,
    501: MachineLacks,
}
ERRORS_BY_CODE: Mapping[str, Callable[[str], OrchError]] = {"conflict": Conflict, "under_way": Conflict}
"""What a problem of the server is here: by its code, else by its status, else a fault of the store."""
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Server:
    """One server, by the URL that people use for it.

    Raises UsageFault for a URL that is none, and for plain HTTP to another machine: a token would be read on the way.
    """

    def __init__(self, url: str, token: str, ca_file: str | None = None) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise UsageFault(
                f"--server is {plain(url, 200)}; expected a URL such as https://orch.example.org."
            )
        if parts.scheme == "http" and parts.hostname not in LOOPBACK:
            raise UsageFault(
                f"{plain(url, 200)} is not encrypted, and your token would be read on the way: use https."
            )
        if not token.isascii() or not token.isprintable() or " " in token:
            raise UsageFault(
                "The token is not one of orch: take what `orch people token new LOGIN --label WHAT` printed."
            )
        self._parts, self._token, self._ca_file = parts, token, ca_file

    @property
    def url(self) -> str:
        """The URL, for people."""
        return self._parts.geturl().rstrip("/")

    def get(self, path: str, **query: object) -> Any:
        """The answer's JSON. Raises NotFound, Refused, StoreFault."""
        given = {name: str(value) for name, value in query.items() if value not in (None, "")}
        return self._ask("GET", f"{path}?{urlencode(given)}" if given else path, None)

    def file(self, path: str) -> bytes:
        """The bytes of a file. Raises NotFound, Refused, StoreFault."""
        status, content = self._sent("GET", path, None, {"Accept": "*/*"})
        if 200 <= status < 300:
            return content
        self._understood(status, content)
        raise StoreFault(f"{self.url} answered {status} to {path}.")

    def post(self, path: str, body: object, once: str | None = None) -> Any:
        """The same with a body; `once` is the name of a request that changes something, under which it is done once."""
        named = {} if once is None else {"Idempotency-Key": once}
        return self._ask("POST", path, json.dumps(body).encode(), named)

    def _ask(self, method: str, path: str, body: bytes | None, more: dict[str, str] | None = None) -> Any:
        return self._understood(*self._sent(method, path, body, more or {}))

    def _sent(self, method: str, path: str, body: bytes | None, more: dict[str, str]) -> tuple[int, bytes]:
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json", **more}
        if body is not None:
            headers["Content-Type"] = "application/json"
        connection = self._connection()
        try:
            connection.request(method, self._parts.path.rstrip("/") + path, body=body, headers=headers)
            answer = connection.getresponse()
            content = answer.read(LARGEST + 1)
        except (OSError, http.client.HTTPException) as fault:
            raise StoreFault(f"{self.url} does not answer: {_why(fault)}.") from None
        finally:
            connection.close()
        if len(content) > LARGEST:
            raise StoreFault(f"{self.url} answered with more than {LARGEST >> 20} MiB, which no answer has.")
        return answer.status, content

    def _understood(self, status: int, content: bytes) -> Any:
        try:
            answer = json.loads(content)
        except (ValueError, RecursionError):
            raise StoreFault(
                f"{self.url} answered {status} with what is no JSON: is it a server of orch?"
            ) from None
        if 200 <= status < 300:
            return answer
        raise _refusal(self.url, status, answer if isinstance(answer, dict) else {})

    def _connection(self) -> http.client.HTTPConnection:
        host, port = self._parts.hostname or "", self._parts.port
        if self._parts.scheme == "http":
            return http.client.HTTPConnection(host, port, timeout=SECONDS)
        context = ssl.create_default_context(cafile=self._ca_file)
        return http.client.HTTPSConnection(host, port, timeout=SECONDS, context=context)


def quoted(name: str) -> str:
    """A name as a part of a path."""
    return quote(name, safe="")


def _refusal(url: str, status: int, answer: dict[str, Any]) -> OrchError:
    words = plain(str(answer.get("detail", "")), 4000) or "it says no more"
    if status == 401:
        return Refused(
            f"{url} does not know your token: have a new one made with `orch people token new LOGIN --label WHAT`."
        )
    faults = _faults(answer.get("faults")) if answer.get("code") == "plan_fault" else ()
    if faults:
        return PlanFault(faults)
    by_code = ERRORS_BY_CODE.get(str(answer.get("code", "")))
    return (by_code or ERRORS.get(status, StoreFault))(f"{url} answered {status}: {words}")


def _faults(items: object) -> tuple[Fault, ...]:
    """The faults of a plan as the server has them; none where any is of another form."""
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        return ()
    texts = [{name: plain(str(value), 2000) for name, value in item.items()} for item in items]
    return tuple(
        Fault(
            file=text.get("in", ""),
            line=int(text["line"]) if text.get("line", "").isdecimal() else None,
            path=text.get("path", ""),
            expected=text.get("expected", ""),
            found=text.get("found", ""),
            next_move=text.get("next", ""),
        )
        for text in texts
    )


def _why(fault: Exception) -> str:
    match fault:
        case ssl.SSLCertVerificationError():
            return "its certificate cannot be verified"
        case TimeoutError():
            return "no answer in time"
        case OSError(strerror=str() as words):
            return plain(words, 200)
    return "it does not speak HTTP as expected"
