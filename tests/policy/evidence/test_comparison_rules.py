"""What runs, and what one of two captures did not look at: when it differs, as a table."""

import pytest

from orchestrator.domain.evidence.baseline import AttributeValue, Cut
from tests.worlds.two_captures import lines_of

Attributes = dict[str, AttributeValue]
APP = "/opt/app/run.sh"


def unit(**changes: AttributeValue) -> Attributes:
    usual: Attributes = {
        "program": "p1",
        "started": "7@100",
        "stale": "",
        "needs_reload": False,
        "restarting": False,
    }
    return usual | changes


UNITS = [
    ("nothing happened", unit(), unit(), []),
    ("restarted", unit(), unit(started="9@500"), []),
    ("files changed and changed back under it", unit(), unit(stale=APP), []),
    ("restarted, and a file changed after that", unit(), unit(started="9@500", stale=APP),
     [f"still runs what it started with: {APP} changed after that"]),
    ("the same file, of a unit that ran an old one before", unit(stale=APP), unit(started="9@500", stale=APP),
     [f"still runs what it started with: {APP} changed after that"]),
    ("an outdated one was restarted", unit(stale="/usr/bin/x"), unit(program="p2", started="9@500"), []),
    ("an outdated one was restarted, and is outdated again", unit(stale=APP), unit(program="p2", started="9@500", stale=APP),
     [f"program p1 -> p2, still runs what it started with: {APP} changed after that"]),
    ("another program", unit(), unit(program="p2", started="9@500"), ["program p1 -> p2"]),
    ("nothing runs any more", unit(), unit(program="", started=""), ["program p1 -> none"]),
    ("systemd has not read it", unit(), unit(needs_reload=True), ["needs_reload false -> true"]),
    ("it dies again and again", unit(), unit(restarting=True, started="9@500"), ["restarting false -> true"]),
    ("it did before", unit(restarting=True), unit(restarting=True, started="9@500"), []),
    ("it cannot be looked at any more", unit(), unit(program="?", started="?", stale="?"),
     ["program p1 -> ?, still runs what it started with: ? changed after that"]),
]  # fmt: skip


@pytest.mark.parametrize(("was", "now", "lines"), [row[1:] for row in UNITS], ids=[row[0] for row in UNITS])
def test_what_runs(was: Attributes, now: Attributes, lines: list[str]) -> None:
    assert lines_of(was, now) == lines


def test_a_baseline_of_an_earlier_version_is_compared_with_what_that_version_looked_at() -> None:
    assert lines_of({"active": "active"}, unit(active="active"), form=0) == []
    assert lines_of({"active": "active"}, unit(active="failed"), form=0) == ["active active -> failed"]
    assert lines_of(None, {"mode": "0755"}, kind="set-uid file", name="/usr/bin/su", form=0) == []
    assert (
        lines_of(
            {"mode": "0644"}, {"mode": "0644", "hard_links": 2, "xattr user.a": "61"}, kind="file", form=0
        )
        == []
    )
    assert lines_of({"mode": "0644"}, {"mode": "0644", "xattr security.a": "61"}, kind="file", form=0) == [
        "xattr security.a nothing -> 61"
    ]


CUTS = [
    ("set-uid file", "/usr/bin/su", Cut(kind="set-uid file", reason="no time left"), True),
    ("set-uid file", "/usr/bin/su", Cut(kind="mount", reason="no time left"), False),
    ("system file", "/etc/apt/sources.list", Cut(kind="system file", below="/etc/apt", reason="many"), True),
    ("system file", "/etc/apt", Cut(kind="system file", below="/etc/apt", reason="many"), True),
    ("system file", "/etc/apt-not", Cut(kind="system file", below="/etc/apt", reason="many"), False),
    ("unit", "app", Cut(kind="what runs", below="app", reason="Permission denied"), False),
]


@pytest.mark.parametrize(("kind", "name", "cut", "hidden"), CUTS)
def test_what_was_cut_is_not_compared_and_the_rest_is(
    kind: str, name: str, cut: Cut, *, hidden: bool
) -> None:
    assert bool(lines_of(None, {"mode": "1"}, kind=kind, name=name, cuts=(cut,))) != hidden


def test_a_kernel_parameter_counts_while_it_is_there_both_times() -> None:
    kind = "kernel parameters"
    was: Attributes = {"vm.swappiness": "60"}
    assert lines_of(was, {"vm.swappiness": "10"}, kind=kind) == ["vm.swappiness 60 -> 10"]
    assert lines_of(was, {"vm.swappiness": "60", "kernel.sg-big-buff": "32768"}, kind=kind) == []
