"""What was changed and is in no baseline, in words: a deployment is restored in what was captured, and no further."""

from collections.abc import Iterable, Iterator, Sequence

from orchestrator.domain.evidence.task_changes import Change, ChangesOn, count_of
from orchestrator.domain.text.format import counted

NAMED = 8
"""The most changes or hosts that a sentence names; of more, the first ones and the number of the others."""

_OF_TASK = {
    "unnamed": "whatever task '{task}' ({name}) changed",
    "reboot": "the reboot by task '{task}'",
    "unseen": "whatever {name} did beyond its evidence",
}
_KINDS = {
    "tree": "directory {name} with all in it",
    "password": "password of {name}",
    "crontab": "crontab of {name}",
    "firewall": "firewall rules ({name})",
    "kernel_module": "kernel module {name}",
    "package_index": "package lists of {name}",
    "package_key": "package key {name}",
    "package_selection": "selection of package {name}",
    "python_package": "Python package {name}",
    "user_unit": "unit {name} of a user's systemd",
}


def change_words(change: Change) -> str:
    """A change, such as `file /etc/shop.conf` or `whatever task 'Migrate' (command) changed`."""
    form = _OF_TASK.get(change.kind) or _KINDS.get(change.kind) or f"{change.kind} {{name}}"
    words = form.format(name=change.name, task=change.task)
    return f"{words} before it failed" if change.failed and change.kind in _OF_TASK else words


def uncovered_words(groups: Sequence[ChangesOn]) -> str:
    """How many changed things were not captured, and which ones on which hosts; empty where there are none."""
    if not groups:
        return ""
    return f"{uncovered_count(groups)}: {'; '.join(_group_words(group) for group in groups)}"


def uncovered_count(groups: Sequence[ChangesOn]) -> str:
    """`3 changed things were not`."""
    number = count_of(groups)
    return f"{counted(number, 'changed thing')} {'was' if number == 1 else 'were'} not"


def uncovered_lines(groups: Iterable[ChangesOn]) -> Iterator[str]:
    """A line for each change, with its hosts and the task that made it."""
    for group in groups:
        hosts = hosts_listed(group.hosts)
        for change in group.changes:
            failed = ", which failed" if change.failed else ""
            by = f" (task '{change.task}'{failed})" if change.task and change.kind not in _OF_TASK else ""
            yield f"{hosts}: {change_words(change)}{by}"
        if group.more:
            yield f"{hosts}: {group.more} more that the evidence counts and does not name"


def hosts_listed(hosts: Sequence[str]) -> str:
    """Hosts by name; of many the first ones and the number of the others."""
    if len(hosts) > NAMED:
        return f"{', '.join(hosts[:NAMED])} and {len(hosts) - NAMED} more"
    return ", ".join(hosts)


def _group_words(group: ChangesOn) -> str:
    named = [change_words(change) for change in group.changes[:NAMED]]
    more = len(group.changes) - len(named) + group.more
    things = ", ".join(named) + (f"{' and ' if named else ''}{more} more" if more else "")
    return f"{things} on {hosts_listed(group.hosts)}"
