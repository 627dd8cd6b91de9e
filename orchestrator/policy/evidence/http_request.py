"""What an HTTP check asks, and where a redirection leads it. Also sent to targets: nothing newer than Python 3.8."""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit, urlunsplit


class Request(NamedTuple):
    """What one request needs: headers and credentials are those of the check, and go to its own place only."""

    method: str
    url: str
    headers: dict[str, str]


REDIRECTS = 5
"""Redirections that are followed one after the other."""
_SEE_OTHER = (301, 302, 303)
_STATUSES = (*_SEE_OTHER, 307, 308)
_PORTS = {"http": 80, "https": 443}


def first(check: dict[str, Any]) -> Request:
    """The first request of a check; `authorization` is the header that its file makes, where it names one."""
    headers = {"User-Agent": "orch", "Connection": "close", **check["headers"]}
    if check.get("authorization"):
        headers["Authorization"] = check["authorization"]
    return Request(check["method"], check["url"], headers)


def following(check: dict[str, Any], request: Request, status: int, location: str) -> Request | None:
    """The next request, where the check follows redirections and this is one; None for the last answer.

    At another place than the check's own (scheme, host or port) nothing of the check's headers and credentials is sent.
    """
    if check["redirects"] != "follow" or status not in _STATUSES or not location:
        return None
    url = urljoin(request.url, location)
    if urlsplit(url).scheme not in _PORTS:
        return None
    own = first(check)
    same = _place(url) == _place(own.url)
    # As browsers do: what is to be posted is posted once, unless the site asks for it to be posted elsewhere (RFC 9110, 15.4).
    method = "GET" if request.method == "POST" and status in _SEE_OTHER else request.method
    return Request(method, url, own.headers if same else {"User-Agent": "orch", "Connection": "close"})


def target_of(request: Request) -> str:
    """The path and query that are asked for."""
    parts = urlsplit(request.url)
    return (parts.path or "/") + ("?" + parts.query if parts.query else "")


def name_of(request: Request) -> str:
    """Whose certificate is expected: that of the Host header where there is one, as of a virtual host."""
    given = [value for key, value in request.headers.items() if key.lower() == "host"]
    return urlsplit("//" + given[0] if given else request.url).hostname or ""


def shown(url: str) -> str:
    """A URL as it may be kept: without a user, a password, and what its query says."""
    parts = urlsplit(url)
    query = "..." if parts.query else ""
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, query, ""))


def _place(url: str) -> Any:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)
