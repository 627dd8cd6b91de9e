"""What the proxy for packages fetches, and what it refuses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.lab.packages import rules

MIRROR, SAFE = "http://mirror.example/debian/", "https://safe.example:8443/d/"
SOURCES = (MIRROR, SAFE)


@pytest.mark.parametrize(
    ("asked", "fetched"),
    [
        ("http://mirror.example/debian/dists/stable/InRelease", f"{MIRROR}dists/stable/InRelease"),
        ("http://safe.example:8443/d/pool/a_1%2b1%7e2.deb", f"{SAFE}pool/a_1%2b1%7e2.deb"),
        ("http://mirror.example/debian", None),
        ("http://mirror.example/debian-security/x", None),
        ("http://mirror.example/other", None),
        ("http://mirror.example.evil/debian/x", None),
        ("http://mirror.example@evil.example/debian/x", None),
        ("http://mirror.example:81/debian/x", None),
        ("https://safe.example:8443/d/x", None),
        ("http://safe.example/d/x", None),
        ("http://mirror.example/debian/../secret", None),
        ("http://mirror.example/debian/%2e%2E/secret", None),
        ("http://mirror.example/debian/a%2fb", None),
        ("http://mirror.example/debian/x?y=z", None),
        ("http://mirror.example/debian/x#y", None),
        ("http://mirror.example/debian/x\r\nHost: y", None),
        ("http://mirror.example/debian/x y", None),
        ("/debian/x", None),
        ("file:///etc/shadow", None),
        ("mirror.example:443", None),
        ("", None),
    ],
)
def test_only_what_is_below_a_source_is_fetched(asked: str, fetched: str | None) -> None:
    assert rules.upstream(asked, SOURCES) == fetched


@given(st.one_of(st.text(), st.from_regex(r"http://mirror\.example/debian/.*")))
def test_whatever_is_asked_stays_below_the_sources(asked: str) -> None:
    place = rules.upstream(asked, SOURCES)
    assert place is None or (place.startswith(SOURCES) and ".." not in place and place.isprintable())


def test_hosts_ask_without_tls_so_that_the_proxy_sees_what_they_ask_for() -> None:
    lines = [f"deb {SAFE} stable main", f"deb {MIRROR} stable main", "deb file:/srv/own stable main"]
    assert rules.apt_sources(lines[:2]) == (
        "deb http://safe.example:8443/d/ stable main\ndeb http://mirror.example/debian/ stable main\n"
    )
    assert rules.repositories(lines) == (SAFE, MIRROR)


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("pool/main/h/hello/hello_2.10-3_amd64.deb", True),
        ("dists/stable/main/binary-amd64/by-hash/SHA256/00ff", True),
        ("dists/stable/InRelease", False),
        ("dists/stable/main/binary-amd64/Packages.xz", False),
        ("pool/", False),
    ],
)
def test_what_never_changes_is_kept(path: str, kept: bool) -> None:  # noqa: FBT001 (a row of the table)
    assert rules.is_unchanging(MIRROR + path) is kept


@pytest.mark.parametrize(
    ("settings", "environment", "proxies"),
    [
        ({}, {}, {}),
        ({"acquire::http::proxy": "http://p:1"}, {"http_proxy": "http://q:2"}, {"http": "http://p:1"}),
        ({}, {"http_proxy": "http://q:2", "https_proxy": "http://q:3"}, {"http": "http://q:2", "https": "http://q:3"}),
        ({"acquire::http::proxy": "DIRECT"}, {"http_proxy": "http://q:2"}, {}),
    ],
)  # fmt: skip
def test_the_machines_own_proxy_is_found_as_apt_finds_it(
    settings: dict[str, str], environment: dict[str, str], proxies: dict[str, str]
) -> None:
    assert rules.proxies_of(settings, environment) == proxies


def test_a_host_gets_the_labs_proxy_and_not_the_machines() -> None:
    base = 'Acquire::http::Proxy "http://user:word@p:1";\nAcquire::Check-Date "false";\nAPT::Install-Recommends "false";\n'
    text = rules.apt_settings("10.213.7.1", base)
    assert text.splitlines() == [
        'Acquire::http::Proxy "http://10.213.7.1:3142";',
        'Acquire::http::Timeout "300";',
        'Acquire::GzipIndexes "true";',
        'Acquire::Check-Date "false";',
    ]
