"""A media library behind HTTP(S): ranges (RFC 9110, 14), redirects, credentials from files. Nothing is kept in memory."""

import http.client
import re
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from orchestrator.adapters.media.http_files import context_of, fields_of
from orchestrator.adapters.media.source import CHUNK, AbsentError, BeyondError, CutError, Part, Source
from orchestrator.domain.rules.library import Library
from orchestrator.domain.text.plain_text import plain

MOST_REDIRECTS = 5
SLOWEST = 1024
"""Bytes that must come within the library's patience, so that a trickle does not hold a deployment for days."""
_REDIRECTS = (301, 302, 303, 307, 308)
_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)")
_LENGTH = re.compile(r"\d{1,18}")


class _Answer(NamedTuple):
    response: http.client.HTTPResponse
    connection: http.client.HTTPConnection


class HttpSource(Source):
    """Files below a URL. Credentials go to the library's own origin only, whatever a redirect says."""

    def __init__(self, library: Library, monotonic: Callable[[], float]) -> None:
        self._library, self._monotonic = library, monotonic
        self._base = (library.url or "").rstrip("/") + "/"

    def where(self, path: str) -> str:
        return self._base + quote(path, safe="/~:@!$&'()*+,;=")

    def read(self, path: str, start: int, validator: str) -> Part:
        fields = {"Accept-Encoding": "identity", "User-Agent": "orch"}
        if start and validator:
            fields |= {"Range": f"bytes={start}-", "If-Range": validator}
        answer = self._ask(self.where(path), fields)
        try:
            return self._part(answer, start if validator else 0)
        except BaseException:
            answer.connection.close()
            raise

    def _ask(self, url: str, fields: Mapping[str, str]) -> _Answer:
        own = urlsplit(self._base)
        for _ in range(MOST_REDIRECTS + 1):
            parts = urlsplit(url)
            secret = fields_of(self._library) if _origin(parts) == _origin(own) else {}
            answer = self._request(parts, {**fields, **secret})
            if answer.response.status not in _REDIRECTS:
                return answer
            answer.connection.close()
            url = _redirected(url, answer.response.getheader("Location"))
        raise AbsentError(f"more than {MOST_REDIRECTS} redirects")

    def _request(self, parts: SplitResult, fields: Mapping[str, str]) -> _Answer:
        connection = self._connection(parts)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        try:
            connection.request("GET", target or "/", headers=dict(fields))
            return _Answer(connection.getresponse(), connection)
        except ssl.SSLCertVerificationError as error:
            connection.close()
            raise AbsentError(
                f"a certificate that does not count: {plain(error.verify_message, 120)}"
            ) from None
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise CutError(_words(error)) from None

    def _connection(self, parts: SplitResult) -> http.client.HTTPConnection:
        host, patience = parts.hostname or "", self._library.patience
        try:
            if parts.scheme == "https":
                context = context_of(self._library)
                return http.client.HTTPSConnection(host, parts.port, timeout=patience, context=context)
            return http.client.HTTPConnection(host, parts.port, timeout=patience)
        except (ValueError, http.client.HTTPException) as error:
            raise AbsentError(f"an address that cannot be asked: {_words(error)}") from None

    def _part(self, answer: _Answer, asked: int) -> Part:
        response = answer.response
        if response.status not in (200, 206):
            raise _refusal(response)
        if response.getheader("Content-Encoding", "identity") != "identity":
            raise AbsentError("bytes in another encoding than asked for")
        start, total = (0, _length(response)) if response.status == 200 else _range(response)
        if start not in (0, asked):
            raise CutError(f"bytes from {start} on, where {asked} was asked for")
        return Part(start, total, _validator(response), self._chunks(answer, start, total))

    def _chunks(self, answer: _Answer, position: int, total: int | None) -> Iterator[bytes]:
        began, within = self._monotonic(), 0
        try:
            while chunk := answer.response.read1(CHUNK):
                yield chunk
                position, within = position + len(chunk), within + len(chunk)
                now = self._monotonic()
                if now - began >= self._library.patience:
                    if within < SLOWEST:
                        raise CutError(f"only {within} bytes within {self._library.patience:g} s")
                    began, within = now, 0
        except (OSError, http.client.HTTPException) as error:
            raise CutError(_words(error)) from None
        finally:
            answer.connection.close()
        if total is not None and position < total:
            raise CutError(f"{position} of {total} bytes, then the connection ended")


def _origin(parts: SplitResult) -> tuple[str, str | None, int]:
    port = None
    with suppress(ValueError):
        port = parts.port
    return parts.scheme, parts.hostname, port or (443 if parts.scheme == "https" else 80)


def _redirected(url: str, location: str | None) -> str:
    there = urljoin(url, location or "")
    parts = urlsplit(there)
    if not location or parts.scheme not in ("http", "https") or not parts.hostname or not there.isascii():
        raise AbsentError("a redirect to no URL")
    if urlsplit(url).scheme == "https" and parts.scheme != "https":
        raise AbsentError("a redirect from https to http, which is not followed")
    return there


def _refusal(response: http.client.HTTPResponse) -> Exception:
    finding = f"status {response.status} {plain(response.reason or '', 60)}".rstrip()
    if response.status == 416:
        return BeyondError(finding)
    # Another time it may be there.
    if response.status in (408, 425, 429) or response.status >= 500:
        return CutError(finding)
    return AbsentError(finding)


def _length(response: http.client.HTTPResponse) -> int | None:
    text = response.getheader("Content-Length", "")
    return int(text) if _LENGTH.fullmatch(text) else None


def _range(response: http.client.HTTPResponse) -> tuple[int, int | None]:
    match = _RANGE.fullmatch(response.getheader("Content-Range", ""))
    if match is None:
        raise CutError("a part of the file, and not which")
    return int(match[1]), None if match[3] == "*" else int(match[3])


def _validator(response: http.client.HTTPResponse) -> str:
    """A strong ETag; no date: two states of a file may share it (RFC 9110, 8.8.2)."""
    tag = response.getheader("ETag", "")
    return tag if tag.startswith('"') and tag.isascii() and tag.isprintable() and len(tag) < 200 else ""


def _words(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "nothing came in time"
    return plain(getattr(error, "strerror", None) or str(error) or type(error).__name__, 120)
