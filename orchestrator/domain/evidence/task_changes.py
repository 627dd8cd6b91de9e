"""What the tasks of a run changed, host by host, as Ansible's modules say it."""

from collections.abc import Iterable, Mapping
from typing import Literal

from orchestrator.domain.text.model_base import Many, Noun

ChangeKind = Literal[
    "file",
    "link",
    "tree",
    "package",
    "unit",
    "user",
    "group",
    "password",
    "crontab",
    "mount",
    "sysctl",
    "hostname",
    "firewall",
    "kernel_module",
    "package_index",
    "package_key",
    "package_selection",
    "python_package",
    "user_unit",
    "reboot",
    "command",
    "fact",
    "unnamed",
    "unseen",
]
"""`tree`: a directory with all in it. `unnamed`: a task that does not say what it changed; its name is the module.
`unseen`: what an attempt did after its evidence ends; its name is the attempt."""

MOST_OF_A_HOST = 500
"""Changes of one host in one attempt that are kept by name; the others are counted."""


class Change(Noun):
    """A thing that a task changed; where the task `failed`, it may have changed it before that."""

    kind: ChangeKind
    name: str
    task: str = ""
    failed: bool = False


class ChangesOn(Noun):
    """The same changes on some hosts, named as the inventory names them; `more` are counted and not named."""

    hosts: Many[str]
    changes: Many[Change] = ()
    more: int = 0


def grouped(changes: Mapping[str, tuple[tuple[Change, ...], int]]) -> tuple[ChangesOn, ...]:
    """The changes of each host, hosts with the same ones together; hosts without any are left out."""
    hosts: dict[tuple[tuple[Change, ...], int], list[str]] = {}
    for host, (named, more) in changes.items():
        if named or more:
            hosts.setdefault((named, more), []).append(host)
    return tuple(
        ChangesOn.of_valid(hosts=tuple(alike), changes=named, more=more)
        for (named, more), alike in hosts.items()
    )


def count_of(groups: Iterable[ChangesOn]) -> int:
    """The number of changed things: the same thing on several hosts is one."""
    listed = tuple(groups)
    named = {(change.kind, change.name, change.task) for group in listed for change in group.changes}
    return len(named) + sum(group.more for group in listed)


def of_host(groups: Iterable[ChangesOn], host: str) -> tuple[tuple[Change, ...], int]:
    """The changes of one host in these groups, each once, and the number of those that are not named."""
    mine = [group for group in groups if host in group.hosts]
    named = dict.fromkeys(change for group in mine for change in group.changes)
    return tuple(named), sum(group.more for group in mine)
