"""What changed on hosts, in words: each change once, with all hosts that have it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from orchestrator.domain.deployment.changes_seen import ChangesSeen
from orchestrator.domain.evidence.change_groups import ChangeGroup, ItemChange, OutsideChange
from orchestrator.domain.text.format import counted
from orchestrator.domain.text.plain_text import plain
from orchestrator.policy.evidence.drift import words_of_change
from orchestrator.policy.evidence.file_text import Withheld

NAMED = 4
"""Hosts that a line names; of more, it gives the number."""


def group_lines(groups: Iterable[ChangeGroup]) -> list[str]:
    """A line for each changed item, such as `12 hosts: file /etc/shop.conf mode 0644 -> 0600`; hosts of all groups together."""
    hosts: dict[str, list[str]] = {}
    for group in groups:
        for line in _lines(group):
            hosts.setdefault(line, []).extend(group.hosts)
    return [f"{names_of(each)}: {line}" for line, each in hosts.items()]


GROUPS_SHOWN = 100
"""Groups that a record shows; where a file has other content on every host, each of thousands of hosts is one."""


def change_lines(changes: ChangesSeen) -> list[str]:
    """Everything that is known of what changed: each group, the hosts of which nothing is known, and what no rule allows."""
    unknown = [f"{host}: not known: {reason}" for host, reason in changes.not_compared.items()]
    return [
        *group_lines(changes.groups[:GROUPS_SHOWN]),
        *hidden_lines(changes),
        *unknown,
        *outside_lines(changes.outside, changes.rules),
    ]


def hidden_lines(changes: ChangesSeen) -> list[str]:
    """A line for the hosts whose changes a record leaves out, with the command that shows them."""
    hosts = sum(len(group.hosts) for group in changes.groups[GROUPS_SHOWN:])
    if not hosts:
        return []
    return [
        f"and {counted(hosts, 'host')} more, each with other changes: orch baseline diff ID HOST --deployed"
    ]


def outside_lines(outside: Mapping[str, OutsideChange], rules: Iterable[str]) -> list[str]:
    """A line for each host that changed what may not change."""
    return [
        f"{host}: {first.change.kind} {first.change.name} changed, which {' and '.join(rules)} does not allow"
        + (f", and {counted(first.more, 'change')} more" if first.more else "")
        for host, first in outside.items()
    ]


def withheld_words(withheld: Withheld) -> str:
    """That a file differs, and why its text is not beside it."""
    return f"differs (content not kept: mode {plain(withheld.mode, 20)})"


def names_of(hosts: Sequence[str]) -> str:
    """Hosts on one line: a few by name, many by their number."""
    return ", ".join(hosts) if len(hosts) <= NAMED else counted(len(hosts), "host")


def items_of(group: ChangeGroup) -> Mapping[tuple[str, str], list[ItemChange]]:
    """The changes of a group by kind and name of the item."""
    items: dict[tuple[str, str], list[ItemChange]] = {}
    for change in group.changes:
        items.setdefault((change.kind, change.name), []).append(change)
    return items


def _lines(group: ChangeGroup) -> Iterator[str]:
    if not group.changes:
        yield "nothing that the baseline sees changed"
    for (kind, name), changes in items_of(group).items():
        yield f"{kind} {name} {', '.join(map(words_of_change, changes))}"
    if group.more:
        yield f"and {counted(group.more, 'change')} more, which orch baseline diff ID --deployed lists"
