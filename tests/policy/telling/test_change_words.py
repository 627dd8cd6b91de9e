"""Changes in words: equal hosts once, many by their number, and never more groups than a person can read."""

from orchestrator.domain.deployment.changes_seen import ChangesSeen, changes_after
from orchestrator.domain.evidence.change_groups import ChangeGroup, ItemChange
from orchestrator.domain.journal import events as e
from orchestrator.policy.telling.words.change_words import GROUPS_SHOWN, change_lines, group_lines

MODE = ItemChange(kind="file", name="/etc/a", attribute="mode", before="0644", after="0600")
OWNER = ItemChange(kind="file", name="/etc/a", attribute="owner", before="root", after="shop")


def test_a_few_hosts_are_named_and_many_are_counted() -> None:
    few = ChangeGroup(hosts=("h1", "h2"), changes=(MODE, OWNER))
    many = ChangeGroup(hosts=tuple(f"h{n}" for n in range(12)), changes=(MODE,), more=3)
    assert group_lines([few, many]) == [
        "h1, h2: file /etc/a mode 0644 -> 0600, owner root -> shop",
        "12 hosts: file /etc/a mode 0644 -> 0600",
        "12 hosts: and 3 changes more, which orch baseline diff ID --deployed lists",
    ]


def test_what_changed_alike_is_one_line_although_something_else_differs() -> None:
    """As where a file says the name of its host: each host is a group, and all else is the same on all."""
    groups = [
        ChangeGroup(hosts=(host,), changes=(MODE.model_copy(update={"name": f"/etc/{host}"}), OWNER))
        for host in ("h1", "h2", "h3")
    ]
    assert group_lines(groups) == [
        "h1: file /etc/h1 mode 0644 -> 0600",
        "h1, h2, h3: file /etc/a owner root -> shop",
        "h2: file /etc/h2 mode 0644 -> 0600",
        "h3: file /etc/h3 mode 0644 -> 0600",
    ]


def test_hosts_on_which_nothing_changed_are_named_too() -> None:
    assert group_lines([ChangeGroup(hosts=("h1",))]) == ["h1: nothing that the baseline sees changed"]


def test_a_record_of_thousands_of_different_hosts_stays_readable() -> None:
    groups = tuple(
        ChangeGroup(hosts=(f"h{n}",), changes=(MODE.model_copy(update={"after": str(n)}),))
        for n in range(5000)
    )
    lines = change_lines(ChangesSeen.of_valid(groups=groups))
    assert len(lines) == GROUPS_SHOWN + 1
    assert lines[-1].startswith("and 4,900 hosts more")


def compared(wave: int, *groups: ChangeGroup, **words: dict[str, str]) -> e.ChangesCompared:
    return e.ChangesCompared.model_validate({"wave": wave, "baselines": (), "groups": groups, **words})


def test_groups_of_several_waves_are_joined_where_nothing_is_left_out() -> None:
    whole, cut = (
        ChangeGroup(hosts=("h1",), changes=(MODE,)),
        ChangeGroup(hosts=("h2",), changes=(MODE,), more=1),
    )
    changes = changes_after(ChangesSeen.of_valid(), compared(0, whole, cut))
    later = compared(
        1, whole.model_copy(update={"hosts": ("h3",)}), cut.model_copy(update={"hosts": ("h4",)})
    )
    assert [group.hosts for group in changes_after(changes, later).groups] == [("h1", "h3"), ("h2",), ("h4",)]


def test_what_is_captured_again_replaces_what_was_known() -> None:
    first = compared(0, ChangeGroup(hosts=("h1", "h2"), changes=(MODE,)))
    changes = changes_after(ChangesSeen.of_valid(), first)
    again = compared(0, ChangeGroup(hosts=("h1",)), not_compared={"h2": "cut off"})
    changes = changes_after(changes, again)
    assert [(group.hosts, group.changes) for group in changes.groups] == [(("h1",), ())]
    assert changes.not_compared == {"h2": "cut off"}
