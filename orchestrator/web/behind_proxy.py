"""What stands before the service and speaks TLS for it: its word on where a request comes from is taken, and nobody else's."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.types import ASGIApp, Receive, Scope, Send

NOT_BY_PROXY = "This address is for the proxy of the service alone. Use the address that people use.\n"


class BehindProxy:
    """Takes requests from these networks alone, with the last address that they add to X-Forwarded-For (RFC 7239, 7.4)."""

    def __init__(self, app: ASGIApp, proxies: Sequence[IPv4Network | IPv6Network]) -> None:
        self._app, self._proxies = app, proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI 3.0."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        client = scope.get("client")
        if client is None or not _within(client[0], self._proxies):
            await PlainTextResponse(NOT_BY_PROXY, 403)(scope, receive, send)
            return
        forwarded = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
        last = forwarded[-1].decode("latin-1").rpartition(",")[2].strip() if forwarded else ""
        if _is_address(last):
            scope = {**scope, "client": (last, 0)}
        await self._app(scope, receive, send)


def _within(text: str, networks: Sequence[IPv4Network | IPv6Network]) -> bool:
    if not _is_address(text):
        return False
    address = ip_address(text)
    mapped = getattr(address, "ipv4_mapped", None) or address
    return any(mapped in network for network in networks)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
