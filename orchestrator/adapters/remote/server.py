"""Asks a server of orch: over HTTPS, with a bearer token, bounded in time and size. Redirections are not followed."""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import Conflict, NotFound, OrchError, Refused, StoreFault, UsageFault

SECONDS, LARGEST = 30.0, 64 << 20
"""Seconds for an answer, and bytes of one."""
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

    def post(self, path: str, body: object, once: str) -> Any:
        """The same for a request that changes something; `once` is its name, under which it is done once."""
        return self._ask("POST", path, json.dumps(body).encode(), {"Idempotency-Key": once})

    def _ask(self, method: str, path: str, body: bytes | None, more: dict[str, str] | None = None) -> Any:
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json", **(more or {})}
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
        return self._understood(answer.status, content)

    def _understood(self, status: int, content: bytes) -> Any:
        try:
            answer = json.loads(content)
        except ValueError:
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
    errors: dict[int, Callable[[str], OrchError]] = {404: NotFound, 409: Refused, 412: Conflict, 403: Refused}
    if status == 401:
        return Refused(
            f"{url} does not know your token: have a new one made with `orch people token new LOGIN --label WHAT`."
        )
    return errors.get(status, StoreFault)(f"{url} answered {status}: {words}")


def _why(fault: Exception) -> str:
    match fault:
        case ssl.SSLCertVerificationError():
            return "its certificate cannot be verified"
        case TimeoutError():
            return "no answer in time"
        case OSError(strerror=str() as words):
            return plain(words, 200)
    return "it does not speak HTTP as expected"
