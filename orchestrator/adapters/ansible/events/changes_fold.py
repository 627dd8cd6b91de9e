"""The changes in a run's events, host by host: bounded, and without what stands for itself in a directory that was changed."""

from typing import Any, get_args

from orchestrator.domain.evidence.task_changes import MOST_OF_A_HOST, Change, ChangeKind, ChangesOn, grouped
from orchestrator.domain.text.plain_text import plain

_KINDS: dict[str, ChangeKind] = {kind: kind for kind in get_args(ChangeKind)}
_BY_TASK = ("unnamed", "reboot")
"""Kinds whose names say nothing: each task counts."""


class ChangesFold:
    """The changes of a run so far."""

    def __init__(self) -> None:
        self._named: dict[str, dict[tuple[str, str, str], Change]] = {}
        self._more: dict[str, int] = {}

    def take(self, event: dict[str, Any]) -> None:
        """The changes of one task on one host. Raises ValueError, KeyError or TypeError at an event that makes no sense."""
        where, task = plain(str(event["where"])), plain(str(event["task"]))
        named = self._named.setdefault(where, {})
        self._more[where] = self._more.get(where, 0) + max(0, int(event["more"]))
        for kind, name in event["things"]:
            change = Change(
                kind=_KINDS[kind], name=plain(str(name)), task=task, failed=event["failed"] is True
            )
            key = (kind, change.name, task if kind in _BY_TASK else "")
            if key in named or len(named) < MOST_OF_A_HOST:
                # What a task changed is certain, whatever another one may have changed before it failed.
                known = named.setdefault(key, change)
                named[key] = change if known.failed else known
            else:
                self._more[where] += 1

    def groups(self) -> tuple[ChangesOn, ...]:
        """The changes of all hosts, hosts with the same ones together."""
        return grouped(
            {host: (tuple(named.values()), self._more[host]) for host, named in self._named.items()}
        )
