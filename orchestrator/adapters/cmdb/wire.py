"""One CMDB over HTTP: requests with credentials, answers in JSON, bounded, and no redirection."""

import http.client
import json
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from orchestrator.domain.cmdb.outside import OutsideCode, SilentOutside
from orchestrator.domain.text.foreign_json import ForeignJsonError, read_json
from orchestrator.domain.text.plain_text import plain

MOST_BYTES = 20_000_000
"""Bytes of one answer."""
LONGEST_WAIT = 3600.0
"""Seconds for which a server may ask to be left alone."""
SHOWN = 200
_REFUSED, _BUSY, _SERVER = (401, 403), (429, 503), 500


class Silence(Exception):
    """The CMDB gave no answer that can be used."""

    def __init__(self, code: OutsideCode, detail: str, wait: float = 0.0) -> None:
        super().__init__(detail)
        self.silent = SilentOutside(code, detail, wait)


class Wire:
    """Each method sends one request, and raises Silence. `secrets` are taken out of what is kept of answers."""

    def __init__(
        self,
        url: str,
        headers: Mapping[str, str],
        *,
        secrets: tuple[str, ...],
        ca_file: str | None = None,
        seconds: float,
    ) -> None:
        parts = urlsplit(url)
        self._base, self._parts = parts.path.rstrip("/"), parts
        self._headers = {"Accept": "application/json", "User-Agent": "orch", **headers}
        self._secrets, self._ca_file, self._seconds = secrets, ca_file, seconds

    def ask(self, path: str, words: list[tuple[str, str]]) -> Any:
        """The document at a path below the URL."""
        return self._answer("GET", f"{path}?{urlencode(words)}", None)

    def send(self, method: str, path: str, document: object) -> Any:
        """The document that answers this one."""
        return self._answer(method, path, json.dumps(document).encode())

    def _answer(self, method: str, path: str, body: bytes | None) -> Any:
        try:
            status, retry, content = self._exchanged(method, f"{self._base}{path}", body)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Silence(*_words(error)) from None
        if status not in (200, 201):
            raise Silence(_code(status), self._shown(status, content), _seconds(retry))
        try:
            return read_json(content, most_bytes=MOST_BYTES)
        except ForeignJsonError as error:
            raise Silence("nonsense", f"the answer is no JSON: {plain(str(error), SHOWN)}") from None

    def _exchanged(self, method: str, target: str, body: bytes | None) -> tuple[int, str, bytes]:
        connection = self._connection()
        headers = dict(self._headers)
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            connection.request(method, target, body=body, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.getheader("Retry-After") or "", answer.read(MOST_BYTES + 1)
        finally:
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        host, port = self._parts.hostname or "", self._parts.port
        if self._parts.scheme == "http":
            return http.client.HTTPConnection(host, port, timeout=self._seconds)
        context = ssl.create_default_context(cafile=self._ca_file)
        return http.client.HTTPSConnection(host, port, timeout=self._seconds, context=context)

    def _shown(self, status: int, content: bytes) -> str:
        """What a rejection says, without credentials: the server may repeat what it was sent."""
        if _code(status) != "rejected":
            return f"status {status}"
        text = content[:4096].decode("utf-8", "replace")
        for secret in self._secrets:
            text = text.replace(secret, "(credentials)")
        return plain(f"status {status}: {text}", SHOWN)


def _code(status: int) -> OutsideCode:
    if status in _REFUSED:
        return "refused"
    if status in _BUSY:
        return "busy"
    if status >= _SERVER:
        return "trouble"
    return "rejected" if status >= 400 else "nonsense"


def _seconds(retry: str) -> float:
    """The seconds of Retry-After (RFC 9110 10.2.3); a date there says nothing here."""
    return min(float(retry), LONGEST_WAIT) if retry.isascii() and retry.isdigit() and len(retry) < 10 else 0.0


def _words(error: Exception) -> tuple[OutsideCode, str]:
    match error:
        case ssl.SSLCertVerificationError():
            return "unreachable", "its certificate cannot be verified"
        case TimeoutError():
            return "late", "no answer in time"
        case http.client.HTTPException():
            return "nonsense", "it does not speak HTTP as expected"
        case OSError(strerror=str() as words):
            return "unreachable", words
    return "unreachable", "it cannot be asked"
