"""A proxy before the service: its word on where a request comes from counts, and nobody else reaches the service."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from orchestrator.web.behind_proxy import BehindProxy
from orchestrator.web.sessions import address_of

PROXIES = (ip_network("192.0.2.0/28"), ip_network("2001:db8::1"))


def asked(peer: str, *forwarded: str) -> tuple[int, str]:
    """Status, and where the service thinks that the request came from."""
    app = Starlette(routes=[Route("/", lambda request: PlainTextResponse(address_of(request)))])
    client = TestClient(BehindProxy(app, PROXIES), client=(peer, 50000))
    answer = client.get("/", headers=[("x-forwarded-for", value) for value in forwarded])
    return answer.status_code, answer.text


TABLE = {
    "no proxy": (("198.51.100.1",), 403, ""),
    "no proxy that says so": (("198.51.100.1", "192.0.2.1"), 403, ""),
    "a proxy that says nothing": (("192.0.2.1",), 200, "192.0.2.1"),
    "a proxy": (("192.0.2.1", "203.0.113.5"), 200, "203.0.113.5"),
    "what a browser said comes first": (("192.0.2.1", "10.0.0.1, 203.0.113.5"), 200, "203.0.113.5"),
    "what a browser said in a header of its own": (
        ("192.0.2.1", "10.0.0.1", "203.0.113.5"),
        200,
        "203.0.113.5",
    ),
    "no address": (("192.0.2.1", "<script>"), 200, "192.0.2.1"),
    "IPv6": (("2001:db8::1", "2001:db8::99"), 200, "2001:db8::99"),
    "IPv4 within IPv6": (("::ffff:192.0.2.1", "203.0.113.5"), 200, "203.0.113.5"),
    "another of IPv6": (("2001:db8::2", "203.0.113.5"), 403, ""),
}


@pytest.mark.parametrize("case", TABLE)
def test_where_a_request_comes_from(case: str) -> None:
    given, status, address = TABLE[case]
    code, text = asked(*given)
    assert code == status
    assert not address or text == address
