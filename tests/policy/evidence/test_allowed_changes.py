"""Which items a rule lets change: a table of patterns; of two rules both bind; an unknown kind is never allowed."""

import re
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import TypeAdapter, ValidationError

from orchestrator.domain.evidence.baseline import BaselinePart, Cut, Difference
from orchestrator.domain.evidence.item_kinds import PART_OF_KIND
from orchestrator.domain.rules.may_change import MayChange, Rule, rule_words
from orchestrator.policy.evidence.allowed_changes import allowed, outside, unseen
from orchestrator.policy.evidence.changes_seen import CHANGES_OF_A_HOST, LONGEST, grouped

RULES: TypeAdapter[Rule] = TypeAdapter(MayChange)

# the rule, kind and name of an item, and whether it may change
CASES: list[tuple[dict[str, Any], str, str, bool]] = [
    ({"files": ["/etc/shop/**"]}, "file", "/etc/shop/a/b.conf", True),
    ({"files": ["/etc/shop/**"]}, "file", "/etc/shop", True),
    ({"files": ["/etc/shop/**"]}, "file", "/etc/shopping", False),
    ({"files": ["/etc/shop"]}, "file", "/etc/shop/a.conf", True),
    ({"files": ["/etc/*.conf"]}, "file", "/etc/a.conf", True),
    ({"files": ["/etc/*.conf"]}, "file", "/etc/x/a.conf", False),
    ({"files": ["/etc/**/*.conf"]}, "file", "/etc/x/y/a.conf", True),
    ({"files": ["/opt/**/etc/**"]}, "file", "/opt/app/etc/a", True),
    ({"files": ["/opt/**/etc/**"]}, "file", "/opt/app/bin/a", False),
    ({"files": ["/etc/Shop"]}, "file", "/etc/shop", False),
    ({"files": "any"}, "file", "/usr/bin/su", True),
    ({"files": "none"}, "file", "/etc/a", False),
    ({}, "file", "/etc/a", False),
    ({"files": ["/etc/**"]}, "package", "sl", False),
    ({"packages": ["lib*"]}, "package", "libc6", True),
    ({"packages": ["lib*"]}, "package", "glibc", False),
    ({"units": ["shop.service"]}, "unit", "shop.service", True),
    ({"units": ["shop.service"]}, "unit", "ssh.service", False),
    ({"ports": ["tcp 0.0.0.0:8080"]}, "port", "tcp 0.0.0.0:8080", True),
    ({"users": ["shop"]}, "user", "shop", True),
    ({"users": ["shop"]}, "group", "shop", True),
    ({"users": ["shop"]}, "user", "toor", False),
    ({"users": "none"}, "passwd line", "toor", False),
    ({"users": "any"}, "passwd line", "toor", True),
    ({"files": ["/etc/cron.d/shop"]}, "system file", "/etc/cron.d/shop", True),
    ({"files": ["/etc/cron.d/shop"]}, "system file", "/etc/cron.d/other", False),
    ({"system": ["/etc/cron.d/*"]}, "system file", "/etc/cron.d/other", True),
    ({"files": "any"}, "set-uid file", "/usr/bin/su", True),
    ({"files": "any"}, "mount", "/proc", False),
    ({"system": "any"}, "mount", "/proc", True),
    ({"users": ["shop"]}, "password", "shop", True),
    ({"users": ["shop"]}, "password", "root", False),
    ({"commands": ["schema version"]}, "command", "schema version", True),
    (dict.fromkeys(get_args(BaselinePart), "any"), "something new", "x", False),
]


@pytest.mark.parametrize(("rule", "kind", "name", "may"), CASES)
def test_what_a_rule_lets_change(rule: dict[str, Any], kind: str, name: str, may: bool) -> None:  # noqa: FBT001
    assert allowed([RULES.validate_python(rule)], kind, name) is may


CUTS: list[tuple[dict[str, Any], str, bool]] = [
    ({"files": "any"}, "mount", True),
    ({"files": "any", "system": "any"}, "mount", False),
    ({"system": ["/proc"]}, "mount", True),
    ({"system": "any"}, "password", True),
    ({"users": "any"}, "password", False),
    ({"units": "any"}, "what runs", False),
    ({"units": ["shop.service"]}, "what runs", True),
]


@pytest.mark.parametrize(("rule", "kind", "unknown"), CUTS)
def test_what_was_left_out_of_a_capture_cannot_be_held(
    rule: dict[str, Any],
    kind: Any,
    unknown: bool,  # noqa: FBT001
) -> None:
    cut = Cut(kind=kind, reason="it may not be read")
    assert unseen([RULES.validate_python(rule)], [cut]) == (cut if unknown else None)
    assert unseen([], [cut]) is None


def test_of_two_rules_both_bind() -> None:
    wide, narrow = ({"files": ["/etc/**"]}, {"files": ["/etc/shop/**"], "packages": "any"})
    rules = [RULES.validate_python(rule) for rule in (wide, narrow)]
    assert allowed(rules, "file", "/etc/shop/a")
    assert not allowed(rules, "file", "/etc/passwd")
    assert not allowed(rules, "package", "sl")


def test_without_a_rule_everything_may_change() -> None:
    assert outside([], [changed("h1", "package", "sl")]) == {}


def test_the_first_change_outside_is_named_and_the_others_counted() -> None:
    rule = RULES.validate_python({"files": ["/etc/**"]})
    differences = [
        changed("h1", "file", "/etc/a"),
        changed("h1", "package", "sl"),
        changed("h1", "user", "toor"),
    ]
    found_outside = outside([rule], differences)
    assert {host: (first.change.name, first.more) for host, first in found_outside.items()} == {
        "h1": ("sl", 1)
    }


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"packags": "none"}, "packags"),
        ({"packages": "all"}, "`any`, `none`, or a list"),
        ({"packages": []}, "`any`, `none`, or a list"),
        ({"packages": None}, "`any`, `none`, or a list"),
        ({"packages": True}, "`any`, `none`, or a list"),
        ({"units": [1]}, "`any`, `none`, or a list"),
        ({"files": ["etc/shop"]}, "absolute paths"),
        ({"files": "/etc/shop"}, "write `[/etc/shop]`"),
    ],
)
def test_a_rule_that_is_none_is_refused(rule: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=r"expected|Input") as refused:
        RULES.validate_python(rule)
    assert words in str(refused.value)


def test_a_rule_in_words() -> None:
    rule = RULES.validate_python({"files": ["/etc/a", "/etc/b/**"], "units": "any", "packages": "none"})
    assert rule_words(rule) == "files /etc/a /etc/b/**, units any; nothing else"
    assert rule_words(RULES.validate_python({})) == "nothing"


def test_every_kind_belongs_to_a_part_of_the_baseline(root: Path) -> None:
    assert set(PART_OF_KIND.values()) == set(get_args(BaselinePart))
    programs = (root / "orchestrator/adapters/ssh/on_target").rglob("*.py")
    collected = {
        kind for program in programs for kind in re.findall(r'\badd\(\s*"([a-z -]+)"', program.read_text())
    }
    assert collected - set(PART_OF_KIND) == set(), "no rule can ever allow these kinds: give each its part"


def test_hosts_with_equal_changes_are_one_group_though_true_is_one_for_python() -> None:
    groups = grouped(
        ["h1", "h2", "h3", "h4"],
        [changed("h1", after=1), changed("h2", after=True), changed("h3", after=1)],
    )
    assert [group.hosts for group in groups] == [("h1", "h3"), ("h2",), ("h4",)]


def test_the_journal_lists_no_more_than_it_can_hold() -> None:
    many = [changed("h1", name=f"/etc/{n}") for n in range(CHANGES_OF_A_HOST + 7)]
    (group,) = grouped(["h1"], many)
    assert (len(group.changes), group.more) == (CHANGES_OF_A_HOST, 7)
    (cut,) = grouped(["h1"], [changed("h1", after="x" * 5000)])
    assert len(str(cut.changes[0].after)) == LONGEST


def test_hosts_that_differ_only_in_what_is_cut_off_stand_apart() -> None:
    long = "x" * 5000
    groups = grouped(["h1", "h2"], [changed("h1", after=long + "1"), changed("h2", after=long + "2")])
    assert [group.hosts for group in groups] == [("h1",), ("h2",)]


def changed(host: str, kind: str = "file", name: str = "/etc/a", after: Any = "new") -> Difference:
    """One change of one item."""
    return Difference(host=host, kind=kind, name=name, attribute="sha256", before="old", after=after)
