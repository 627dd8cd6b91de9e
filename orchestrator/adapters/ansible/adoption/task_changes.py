"""What one task changes, and whether that can be kept before it and put back after it.

The table of modules is the one by which runs say what they changed (in_run/module_table.py); here a task is asked by its text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from orchestrator.adapters.ansible.adoption.changed_paths import TEMPLATE, of_account, of_path
from orchestrator.adapters.ansible.adoption.command_changes import of_command
from orchestrator.adapters.ansible.adoption.databases import data_server
from orchestrator.adapters.ansible.adoption.task_rounds import each_round, is_left_empty
from orchestrator.adapters.ansible.adoption.task_text import TaskText
from orchestrator.adapters.ansible.adoption.variables import Variables
from orchestrator.adapters.ansible.in_run.module_table import NEVER, RULES, SETTLES, UNNAMED, things_changed
from orchestrator.domain.adoption.tree_reading import Change, Claim, Gap, Origin, ThingKind

Found = Change | Gap | Claim
_ALIASES = {name.rpartition(".")[2]: name for name in RULES if "." in name} | {"yum": "dnf", "zypper": "dnf"}
"""Modules of collections by the names that they had before there were collections."""
_NAMED_OR_NOTHING = frozenset(
    {"systemd", "systemd_service", "service", "uri", "apt", "dnf", "package", "tempfile"}
)
"""Modules that change nothing that is put back where they name nothing: a reload of systemd, a request, a place in /tmp."""
_NEEDS_NOTHING = frozenset({"package_index", "reboot", "password"})
_UNDONE: dict[str, ThingKind] = {
    "file": "file",
    "link": "file",
    "tree": "tree",
    "unit": "unit",
    "user": "user",
    "group": "group",
    "sysctl": "sysctl",
    "package": "package",
    "crontab": "file",
}
_CRONTABS = ("/var/spool/cron/crontabs/{0}", "/var/spool/cron/{0}")
"""Debian's place, and that of Red Hat: the one that is not there stays absent."""
_OTHERS_THAT_CHANGE_NOTHING = frozenset(
    {"mail", "slack", "ansible.builtin.async_status", SETTLES, "set_stats", "wait_for_connection"}
)


def found_in(
    task: TaskText, variables: Variables, origin: Origin, *, certain: bool, looks: bool, folder: bool
) -> Iterator[Found]:
    """What a task changes, one finding for each thing.

    `looks`: the task says of itself that it changes nothing. `folder`: its `src` is a folder of the project.
    """
    module = _ALIASES.get(task.module, task.module)
    if task.module in NEVER or task.module in _OTHERS_THAT_CHANGE_NOTHING:
        return
    if task.module in UNNAMED:
        yield from of_command(task, variables, origin, looks=looks)
    elif module in RULES:
        yield from _by_table(task, module, variables, origin, certain=certain, folder=folder)
    elif (server := data_server(module)) is not None:
        yield from (Change("folder", folder, origin) for folder in server.folders)
        yield Claim(task.name, f"command: {server.item}", origin)
        yield Gap(
            f"what `{task.module}` changes in the data of a server that was here before", origin, (), server
        )
    elif not looks:
        yield Gap(f"what `{task.module}` changes is not known", origin)


def _by_table(
    task: TaskText, module: str, variables: Variables, origin: Origin, *, certain: bool, folder: bool
) -> Iterator[Found]:
    of_file = not folder and not str(task.arguments.get("src", "")).endswith("/")
    answer = {"checksum": "of a file"} if of_file else {}
    things: dict[tuple[str, str], tuple[dict[str, Any], bool]] = {}
    for arguments, single in each_round(task, variables):
        if arguments is None:
            yield Gap("what it changes stands in a loop or a variable that only a run knows", origin)
            return
        for thing in things_changed(module, arguments, answer):
            if thing[0] != "unnamed" or not is_left_empty(task.arguments, arguments):
                things.setdefault(thing, (arguments, single))
        yield from of_account(module, arguments, origin)
    absolute = any(name.startswith("/") for _, name in things)
    for thing, (arguments, single) in things.items():
        # A value that is no whole path is meant for where another one is put together with it.
        if not (absolute and thing[0] in ("file", "tree", "link") and not thing[1].startswith(("/", "~"))):
            yield from _judged(*thing, arguments, origin, certain=certain and single)


def _judged(
    kind: str, name: str, arguments: Mapping[str, Any], origin: Origin, *, certain: bool
) -> Iterator[Found]:
    if kind in _NEEDS_NOTHING or (kind == "unnamed" and name in _NAMED_OR_NOTHING):
        return
    if kind == "unnamed" and name == "ansible.posix.authorized_key" and arguments.get("user"):
        return
    if kind not in _UNDONE:
        yield Gap(f"how the {kind.replace('_', ' ')} `{name}` is put back", origin)
        return
    if kind == "crontab":
        yield from (Change("file", place.format(name), origin) for place in _CRONTABS)
        return
    undone = _UNDONE[kind]
    if undone in ("file", "tree"):
        yield from of_path(undone, name, arguments, origin, certain=certain)
        return
    if not name or TEMPLATE.search(name) or (name == "*" and kind != "package"):
        yield Gap(f"the name of the {kind} is not certain", origin)
        return
    yield Change(
        undone,
        name,
        origin,
        certain,
        str(arguments.get("state") or ""),
        enabled=str(arguments.get("enabled", "")).lower() in ("true", "yes"),
    )
