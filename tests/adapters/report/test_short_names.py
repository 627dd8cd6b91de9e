"""A name in a few characters still tells its host from the others."""

import pytest

from orchestrator.adapters.report.short_names import short_names

LABEL = "node-for-payments-and-settlements-of-the-northern-region-number"


@pytest.mark.parametrize(
    ("names", "most", "short"),
    [
        ([], 12, []),
        (["web1", "web2.example.org"], 20, ["web1", "web2.example.org"]),
        (["web1.example.org", "web2.example.org"], 12, ["web1", "web2"]),
        (["web1.example.org", "web1.example.net"], 12, ["…org", "…net"]),
        (["web1.eu.example.org", "web1.us.example.org"], 12, ["web1.eu", "web1.us"]),
        (["alone.shop.example.org"], 12, ["alone"]),
        (["10.20.30.40", "10.20.31.40"], 8, ["…30.40", "…31.40"]),
        ([f"{LABEL}.rack1.example.org", f"{LABEL}.rack2.example.org"], 20, ["…rack1", "…rack2"]),
        ([f"{LABEL}1.example.org", f"{LABEL}2.example.org"], 20, ["…number1", "…number2"]),
        ([f"{LABEL}1", "db"], 20, ["node-for-payments-a…", "db"]),
        (["x" * 63], 20, ["x" * 19 + "…"]),
    ],
)
def test_what_tells_hosts_apart_stays(names: list[str], most: int, short: list[str]) -> None:
    assert list(short_names(names, most).values()) == short
