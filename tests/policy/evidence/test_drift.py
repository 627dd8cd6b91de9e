"""Comparison of baselines: what a practitioner expects, as a table, and the rules that hold for any baseline."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.evidence.baseline import AttributeValue, Baseline, ConfigurationItem, Difference
from orchestrator.policy.evidence.drift import compare, counts, summary_lines

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
D1, D2 = "1" * 64, "2" * 64


def item(kind: str, name: str, **attributes: AttributeValue) -> ConfigurationItem:
    return ConfigurationItem(kind=kind, name=name, attributes=attributes)


def baseline(
    *items: ConfigurationItem, host: str = "web3", machine: str = "m1", faults: tuple[str, ...] = ()
) -> Baseline:
    return Baseline(host=host, machine_id=machine, captured_at=NOON, items=items, faults=faults)


CONF = "/etc/shop.conf"
Row = tuple[str, list[ConfigurationItem], list[ConfigurationItem], list[str]]


def file(**attributes: AttributeValue) -> list[ConfigurationItem]:
    return [item("file", CONF, **attributes)]


TABLE: list[Row] = [
    ("nothing at all", [], [], []),
    ("the same", file(mode="0644"), file(mode="0644"), []),
    ("mode", file(mode="0644"), file(mode="0600"), ["web3: file /etc/shop.conf mode 0644 -> 0600"]),
    ("two attributes, one line", file(mode="0644", owner="root"), file(mode="0600", owner="shop"),
     ["web3: file /etc/shop.conf mode 0644 -> 0600, owner root -> shop"]),
    ("appeared", [], [item("file", "/srv/new")], ["web3: file /srv/new is new"]),
    ("disappeared", [item("user", "shop", uid=999)], [], ["web3: user shop is gone"]),
    ("named, appeared", file(exists=False), file(mode="0644"), ["web3: file /etc/shop.conf is new"]),
    ("named, still absent", file(exists=False), file(exists=False), []),
    ("absent both ways of saying it", file(exists=False), [], []),
    ("an attribute appears", [item("unit", "shop.service", active="active")],
     [item("unit", "shop.service", active="active", dropins=D1)], [f"web3: unit shop.service dropins nothing -> {D1[:12]}…"]),
    ("digest, not content", file(sha256=D1, content="YQ=="), file(sha256=D2, content="Yg=="),
     [f"web3: file /etc/shop.conf sha256 {D1[:12]}… -> {D2[:12]}…"]),
    ("content kept once only, digest equal", file(sha256=D1, content="YQ=="), file(sha256=D1), []),
    ("content counts where there is no digest", file(content="YQ=="), file(content="Yg=="),
     ["web3: file /etc/shop.conf content YQ== -> Yg=="]),
    ("1 is not true", [item("command", "c", exit_code=1)], [item("command", "c", exit_code=True)],
     ["web3: command c exit_code 1 -> true"]),
    ("0 is not absent", [item("user", "u", uid=0)], [item("user", "u")], ["web3: user u uid 0 -> nothing"]),
    ("gecos was not captured then", [item("user", "u", uid=0)], [item("user", "u", uid=0, gecos="U")],
     ["web3: user u gecos not captured then -> U"]),
    ("gecos was not captured then, and is empty now", [item("user", "u", uid=0)], [item("user", "u", uid=0, gecos="")],
     ["web3: user u gecos not captured then -> none"]),
    ("what became empty", [item("user", "u", shell="/bin/sh", gecos=D1)], [item("user", "u", shell="", gecos=" ")],
      [f"web3: user u gecos {D1[:12]}… -> none, shell /bin/sh -> none"]),
    ("a line that was not captured then", [item("user", "u", uid=0)],
     [item("user", "u", uid=0, gecos="U"), item("passwd line", "evil", lines="evil::0:0")],
     ["web3: passwd line evil lines not captured then -> evil::0:0", "web3: user u gecos not captured then -> U"]),
    ("a line that was not there", [item("user", "u", uid=0, gecos="U")],
     [item("user", "u", uid=0, gecos="U"), item("passwd line", "evil", lines="evil::0:0")],
     ["web3: passwd line evil is new"]),
    ("same name, another kind", [item("user", "shop")], [item("group", "shop")],
     ["web3: group shop is new", "web3: user shop is gone"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "lines"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_differences(
    before: list[ConfigurationItem], after: list[ConfigurationItem], lines: list[str]
) -> None:
    comparison = compare(baseline(*before), baseline(*after))
    assert comparison.inconclusive is None
    assert summary_lines(comparison.differences) == lines
    assert comparison.equal == (not lines)


INCOMPARABLE: list[tuple[str, Baseline, Baseline, str]] = [
    ("incomplete before", baseline(faults=("no",)), baseline(), "the baseline before is incomplete: no"),
    ("incomplete after", baseline(), baseline(faults=("a", "b")), "the baseline after is incomplete: a (and 1 more)"),
    ("both incomplete and alike", baseline(faults=("no",)), baseline(faults=("no",)), "the baseline before is incomplete: no"),
    ("two hosts", baseline(), baseline(host="web4"), "the baselines are of two hosts, web3 and web4"),
    ("two machines", baseline(), baseline(machine="m2"), "the machine is another one: machine-id m1 before, m2 after"),
    ("named twice", baseline(), baseline(item("file", "/a", mode="1"), item("file", "/a")),
     "the baseline after names file /a twice"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "reason"), [row[1:] for row in INCOMPARABLE], ids=[row[0] for row in INCOMPARABLE]
)
def test_what_cannot_be_compared_is_never_equal(before: Baseline, after: Baseline, reason: str) -> None:
    comparison = compare(before, after)
    assert comparison.inconclusive == reason
    assert comparison.differences == ()
    assert not comparison.equal


def test_counts_items_not_attributes() -> None:
    def difference(host: str, kind: str, name: str, attribute: str) -> Difference:
        return Difference(host=host, kind=kind, name=name, attribute=attribute, before=1, after=2)

    counted = counts(
        [
            difference("web1", "file", "/a", "mode"),
            difference("web1", "file", "/a", "owner"),
            difference("web1", "file", "/b", "mode"),
            difference("web2", "user", "shop", "uid"),
        ]
    )
    assert counted == {"web1": {"file": 2}, "web2": {"user": 1}}


present = st.booleans() | st.integers() | st.text(max_size=5)
values = st.none() | present
attribute_names = st.sampled_from(["mode", "owner", "sha256", "content", "size", "target"])
attribute_sets = st.dictionaries(attribute_names, present, min_size=1, max_size=4)
keys = st.tuples(st.sampled_from(["file", "unit", "user"]), st.text(min_size=1, max_size=3))
contents = st.dictionaries(keys, attribute_sets, max_size=6)
some_contents = st.dictionaries(keys, attribute_sets, min_size=1, max_size=6)
Contents = dict[tuple[str, str], dict[str, AttributeValue]]


def of(content: Contents) -> Baseline:
    return baseline(
        *(
            ConfigurationItem(kind=kind, name=name, attributes=given)
            for (kind, name), given in content.items()
        )
    )


@given(contents)
def test_nothing_differs_from_itself(content: Contents) -> None:
    assert compare(of(content), of(dict(reversed(content.items())))).equal


@given(contents, contents)
def test_symmetric(first: Contents, other: Contents) -> None:
    there = compare(of(first), of(other)).differences
    back = compare(of(other), of(first)).differences
    assert there == tuple(
        each.model_copy(update={"before": each.after, "after": each.before}) for each in back
    )


@given(some_contents, st.data())
def test_any_single_mutated_attribute_is_found(content: Contents, data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(sorted(content)))
    attribute = data.draw(st.sampled_from(sorted(content[key])))
    old = content[key][attribute]
    new = data.draw(values.filter(lambda value: (type(value), value) != (type(old), old)))
    mutated = {**content, key: {**content[key], attribute: new}}
    comparison = compare(of(content), of(mutated))
    if attribute == "content" and "sha256" in content[key]:
        assert comparison.equal
    else:
        assert [(each.kind, each.name, each.attribute) for each in comparison.differences] == [
            (*key, attribute)
        ]


@given(some_contents, st.data())
def test_any_item_that_goes_or_comes_is_found(content: Contents, data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(sorted(content)))
    rest = {name: given for name, given in content.items() if name != key}
    gone = compare(of(content), of(rest)).differences
    assert [(each.kind, each.name, each.attribute, each.before, each.after) for each in gone] == [
        (*key, "exists", True, False)
    ]


@given(contents, st.text(min_size=1))
def test_incomplete_is_never_equal(content: Contents, fault: str) -> None:
    incomplete = of(content).model_copy(update={"faults": (fault,)})
    assert not compare(of(content), incomplete).equal
    assert not compare(incomplete, incomplete).equal
