"""What the deployment changed on its hosts, as far as captures after its waves show it."""

from typing import TypeGuard, TypeVar

from orchestrator.domain.evidence.baseline import BaselineReference
from orchestrator.domain.evidence.change_groups import ChangeGroup, OutsideChange
from orchestrator.domain.journal import events as e
from orchestrator.domain.text.model_base import Many, Noun


class ChangesSeen(Noun):
    """The newest capture of each host after its wave, and its difference to the baseline, with equal ones together.

    `outside` is what the `may_change` of `rules` does not allow. A host in neither `groups` nor `not_compared` was not asked.
    """

    baselines: dict[str, BaselineReference] = {}
    groups: Many[ChangeGroup] = ()
    not_compared: dict[str, str] = {}
    rules: Many[str] = ()
    outside: dict[str, OutsideChange] = {}


V = TypeVar("V")
CHANGED_BY = frozenset({e.ChangesCompared})


def changes_after(changes: ChangesSeen, event: e.Event) -> ChangesSeen:
    """The changes after one more event; what is known of a host replaces what was known before."""
    if not _changes(event):
        return changes
    asked = {*event.not_compared, *(host for group in event.groups for host in group.hosts)}
    return ChangesSeen.of_valid(
        baselines={
            **_without(changes.baselines, asked),
            **{reference.host: reference for reference in event.baselines},
        },
        groups=_joined((*_left(changes.groups, asked), *event.groups)),
        not_compared={**_without(changes.not_compared, asked), **event.not_compared},
        rules=event.rules,
        outside={**_without(changes.outside, asked), **event.outside},
    )


def _changes(event: e.Event) -> TypeGuard[e.ChangesCompared]:
    return type(event) in CHANGED_BY


def _without(by_host: dict[str, V], hosts: set[str]) -> dict[str, V]:
    return {host: value for host, value in by_host.items() if host not in hosts}


def _left(groups: tuple[ChangeGroup, ...], asked: set[str]) -> list[ChangeGroup]:
    kept = [(group, tuple(host for host in group.hosts if host not in asked)) for group in groups]
    return [ChangeGroup.updated(group, hosts=hosts) for group, hosts in kept if hosts]


def _joined(groups: tuple[ChangeGroup, ...]) -> tuple[ChangeGroup, ...]:
    """Groups of several waves with the same whole changes as one; where some are left out, nobody knows, so they stay apart."""
    alike: dict[object, ChangeGroup] = {}
    for number, group in enumerate(groups):
        key = number if group.more else (group.changes, _types(group))
        known = alike.get(key)
        hosts = group.hosts if known is None else (*known.hosts, *group.hosts)
        alike[key] = ChangeGroup.updated(group, hosts=hosts)
    return tuple(alike.values())


def _types(group: ChangeGroup) -> tuple[str, ...]:
    """True equals 1 in Python, and not on a host."""
    return tuple(type(value).__name__ for change in group.changes for value in (change.before, change.after))
