"""What the scope of a baseline covers of what tasks changed, and what it does not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, get_args

import pytest

from orchestrator.domain.evidence.baseline import (
    Baseline,
    BaselineScope,
    CommandCollector,
    ConfigurationItem,
    Cut,
    Difference,
)
from orchestrator.domain.evidence.task_changes import (
    Change,
    ChangeKind,
    ChangesOn,
    count_of,
    grouped,
    of_host,
)
from orchestrator.policy.evidence.coverage import Captured, captured_of, is_covered, uncovered_parts
from orchestrator.policy.evidence.coverage_words import change_words, uncovered_lines, uncovered_words
from orchestrator.policy.evidence.scope_paths import excluded_within, is_captured, really_at

SCOPE = BaselineScope(
    files=("/opt/shop", "/etc/shop.conf", "/etc/systemd/system/shop*", "/srv/**/conf", "/home/*"),
    exclude=("/opt/shop/cache", "/opt/shop/**/*.pid"),
    units=("shop*", "nginx"),
    sysctl=("net.core.somaxconn", "vm.*"),
    commands=(CommandCollector(name="schema version", run="true"),),
)
BARE = BaselineScope(packages="none", users=False)
LINKS = {
    "/opt/shop/current": "releases/2",
    "/opt/shop/data": "/srv/data",
    "/opt/shop/a": "b",
    "/opt/shop/b": "a",
}

CASES = [
    ("file", "/opt/shop/a", True),
    ("file", "/opt/shop", True),
    ("file", "/opt/shopping", False),
    ("file", "/opt/shop/../other", False),
    ("file", "/opt/shop/cache/x", False),
    ("file", "/opt/shop/deep/x.pid", False),
    ("file", "/etc/shop.conf", True),
    ("file", "/etc/shop.conf.d/x", False),
    ("file", "/etc/systemd/system/shop.service.d/x.conf", True),
    ("file", "/srv/a/b/conf/x", True),
    ("file", "/srv/conf", True),
    ("file", "/srv/a/b", False),
    ("file", "/home/ann/.bashrc", True),
    ("file", "/home/.hidden/x", False),
    ("file", "relative", False),
    ("file", "", False),
    ("file", "/opt/shop/current/bin", True),
    ("file", "/opt/shop/data/x", False),
    ("file", "/opt/shop/data", False),
    ("link", "/opt/shop/data", True),
    ("file", "/opt/shop/a/x", True),
    ("tree", "/opt/shop/releases/2", True),
    ("tree", "/opt", False),
    ("unit", "shop.service", True),
    ("unit", "shop-worker.timer", False),
    ("unit", "nginx.service", True),
    ("unit", "cron.service", False),
    ("package", "anything", True),
    ("user", "shop", True),
    ("group", "shop", True),
    ("sysctl", "vm.swappiness", True),
    ("sysctl", "vm/swappiness", True),
    ("sysctl", "net.core.rmem_max", False),
    ("command", "schema version", True),
    ("command", "other", False),
    ("password", "root", False),
    ("crontab", "root", False),
    ("mount", "/data", False),
    ("reboot", "reboot", False),
    ("unnamed", "command", False),
    ("unseen", "d1.1-deploy", False),
]


@pytest.mark.parametrize(("kind", "name", "expected"), CASES, ids=str)
def test_a_change_is_covered_by_an_item_or_it_is_not(kind: Any, name: str, *, expected: bool) -> None:
    assert is_covered(SCOPE, Change(kind=kind, name=name), Captured(LINKS, frozenset())) is expected
    assert not is_covered(BARE, Change(kind=kind, name=name), Captured(LINKS, frozenset()))


def test_a_crontab_is_a_file() -> None:
    scope = BaselineScope(files=("/var/spool/cron",))
    assert is_covered(scope, Change(kind="crontab", name="root"), Captured({}, frozenset()))


def test_the_folder_of_orch_itself_is_left_out_unless_it_is_named() -> None:
    assert not is_captured(BaselineScope(files=("/var/lib",)), "/var/lib/orch/epoch")
    assert is_captured(BaselineScope(files=("/var/lib/orch",)), "/var/lib/orch/epoch")


def test_what_the_scope_excludes_of_a_directory_is_found() -> None:
    assert excluded_within(SCOPE, "/opt/shop") == ("/opt/shop/cache", "/opt/shop/**/*.pid")
    assert excluded_within(SCOPE, "/opt/shop/releases/2") == ("/opt/shop/**/*.pid",)
    assert excluded_within(SCOPE, "/etc") == ()


def test_links_are_followed_and_circles_end() -> None:
    assert really_at("/opt/shop/current/bin", LINKS, last=False) == "/opt/shop/releases/2/bin"
    assert really_at("/opt/shop/data", LINKS, last=False) == "/opt/shop/data"
    assert really_at("/opt/shop/a", LINKS, last=True).startswith("/opt/shop/")


def test_hosts_with_the_same_changes_are_one_group() -> None:
    same = (Change(kind="file", name="/a"), Change(kind="unnamed", name="command", task="Migrate"))
    groups = grouped({"web1": (same, 0), "web2": (same, 0), "web3": (same[:1], 2), "web4": ((), 0)})
    assert [group.hosts for group in groups] == [("web1", "web2"), ("web3",)]
    assert of_host(groups, "web3") == (same[:1], 2)
    assert count_of(groups) == 4
    assert uncovered_words(groups) == (
        "4 changed things were not: file /a, whatever task 'Migrate' (command) changed on web1, web2; "
        "file /a and 2 more on web3"
    )


def test_of_very_many_the_first_are_named() -> None:
    changes = tuple(Change(kind="file", name=f"/a{n}", task="Copy") for n in range(20))
    (group,) = grouped({f"web{n}": (changes, 0) for n in range(20)})
    words = uncovered_words([group])
    assert words.startswith("20 changed things were not: file /a0, ")
    assert "and 12 more on web0, web1" in words
    assert words.endswith("and 12 more")
    assert len(list(uncovered_lines([group]))) == 20


def test_what_a_failed_task_may_have_changed_is_told_as_that() -> None:
    changes = (
        Change(kind="file", name="/a", task="Copy", failed=True),
        Change(kind="unnamed", name="command", task="Migrate", failed=True),
    )
    assert list(uncovered_lines(grouped({"web1": (changes, 0)}))) == [
        "web1: file /a (task 'Copy', which failed)",
        "web1: whatever task 'Migrate' (command) changed before it failed",
    ]


def test_every_kind_has_words() -> None:
    words = {change_words(Change(kind=kind, name="N", task="T")) for kind in get_args(ChangeKind)}
    assert all("N" in word or "T" in word for word in words)
    assert uncovered_words(()) == ""
    assert ChangesOn(hosts=("a",)).changes == ()


CUT = Cut(kind="system file", below="/etc/cron.d", reason="too many")
OF_SYSTEM: list[tuple[Any, str, bool]] = [
    ("file", "/etc/cron.d/shop", True),
    ("file", "/etc/systemd/system/shop.service.d/x.conf", True),
    ("tree", "/usr/local/bin", True),
    ("file", "/etc/shop/shop.conf", False),
    ("file", "/etc/cron.d/excluded", False),
    ("crontab", "root", True),
    ("password", "root", True),
    ("mount", "/srv", True),
    ("hostname", "web1", True),
    ("python_package", "flask", True),
    ("sysctl", "vm.swappiness", True),
    ("sysctl", "net.ipv4.conf.eth0.forwarding", False),
    ("sysctl", "dev.cdrom.lock", False),
    ("kernel_module", "br_netfilter", False),
    ("unnamed", "shell", False),
]


@pytest.mark.parametrize(("kind", "name", "expected"), OF_SYSTEM)
def test_what_the_host_as_a_whole_covers(kind: Any, name: str, *, expected: bool) -> None:
    scope, change = BaselineScope(exclude=("/etc/cron.d/excluded",)), Change(kind=kind, name=name)
    assert is_covered(scope, change, Captured({}, frozenset(), ())) is expected
    assert not is_covered(scope, change, Captured({}, frozenset()))
    off = BaselineScope.updated(scope, system=False)
    assert not is_covered(off, change, Captured({}, frozenset(), ()))


def test_what_was_cut_is_not_covered() -> None:
    captured = Captured({}, frozenset(), (CUT, Cut(kind="mount", reason="no")))
    scope = BaselineScope()
    assert not is_covered(scope, Change(kind="file", name="/etc/cron.d/shop"), captured)
    assert is_covered(scope, Change(kind="file", name="/etc/cron.daily/shop"), captured)
    assert not is_covered(scope, Change(kind="mount", name="/srv"), captured)


@pytest.mark.parametrize(
    ("kind", "name", "left"),
    [
        ("file", "/var/lib/db", []),
        ("file", "/var/lib/db/15/log", []),
        ("tree", "/var/lib/db/15", []),
        ("tree", "/var/lib/db", []),
        ("file", "/var/lib/db/../other/x", ["/var/lib/db/../other/x"]),
        ("file", "/var/lib/dbx/y", ["/var/lib/dbx/y"]),
        ("file", "/var/lib/kept/x", ["/var/lib/kept/x"]),
        ("file", "/var/lib/back/x", ["/var/lib/back/x"]),
    ],
)
def test_below_what_was_missing_and_is_missing_again_nothing_is_left(
    kind: Any, name: str, left: list[str]
) -> None:
    """Also where the scope excludes what is in such a folder. `back` differs: it is there now."""
    scope = BaselineScope(
        files=("/var/lib/db", "/var/lib/kept", "/var/lib/back"),
        exclude=("/var/lib/db/**", "/var/lib/kept/**", "/var/lib/back/**"),
    )
    items = (
        ConfigurationItem(kind="file", name="/var/lib/db", attributes={"exists": False}),
        ConfigurationItem(kind="file", name="/var/lib/back", attributes={"exists": False}),
        ConfigurationItem(kind="file", name="/var/lib/kept", attributes={"type": "directory"}),
    )
    baseline = Baseline(
        host="web1", machine_id="a" * 32, captured_at=datetime(2026, 11, 30, 12, tzinfo=UTC), items=items
    )
    difference = Difference(
        host="web1", kind="file", name="/var/lib/back", attribute="type", before=None, after="directory"
    )
    captured = captured_of(baseline, [difference])
    assert [part.name for part in uncovered_parts(scope, Change(kind=kind, name=name), captured)] == left
