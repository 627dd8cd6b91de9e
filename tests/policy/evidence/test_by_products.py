"""Copies that system programs leave beside the files that they change are no residue; anything else by that name is."""

import pytest

from orchestrator.domain.evidence.baseline import AttributeValue
from tests.worlds.two_captures import lines_of

Attributes = dict[str, AttributeValue]


def file(**changes: AttributeValue) -> Attributes:
    return {
        "type": "file",
        "mode": "0644",
        "owner": "root",
        "group": "root",
        "sha256": "a" * 64,
        "size": 9,
        **changes,
    }


OTHER = file(sha256="b" * 64, size=12)
ROWS: list[tuple[str, Attributes | None, Attributes | None, list[str]]] = [
    ("/etc/passwd-", file(), OTHER, []),
    ("/etc/passwd-", None, file(), []),
    ("/etc/group-", file(), None, []),
    ("/etc/shadow-", file(mode="0640"), file(mode="0600", sha256="c" * 64), ["mode 0640 -> 0600"]),
    ("/var/lib/dpkg/status-old", file(), OTHER, []),
    ("/var/cache/apt/pkgcache.bin", None, file(), []),
    ("/etc/passwd-", None, file(mode="0666"), ["is new"]),
    ("/etc/passwd-", None, file(mode="4755"), ["is new"]),
    ("/etc/shadow-", None, file(mode="0644"), ["is new"]),
    ("/etc/passwd-", None, file(owner="shop"), ["is new"]),
    ("/etc/passwd-", None, {"type": "link", "target": "/etc/shadow", "owner": "root"}, ["is new"]),
    ("/etc/passwd", file(), OTHER, ["sha256 aaaaaaaaaaaa… -> bbbbbbbbbbbb…, size 9 -> 12"]),
    ("/etc/ld.so.cache", None, file(), ["is new"]),
    ("/srv/etc/passwd-", None, file(), ["is new"]),
    ("/etc/hosts-", None, file(), ["is new"]),
]


@pytest.mark.parametrize(("name", "was", "now", "lines"), ROWS)
def test_what_differs(name: str, was: Attributes | None, now: Attributes | None, lines: list[str]) -> None:
    assert lines_of(was, now, kind="file", name=name) == lines
