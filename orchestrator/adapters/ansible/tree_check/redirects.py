"""Literal variables and keywords of a tree that lead tasks to another machine, or past ssh's pinned keys, with their lines."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from orchestrator.adapters.ansible.in_run.actions import LOCAL, key_of, short_name
from orchestrator.adapters.ansible.tree_check.playbook_files import Item, PlaybookFiles
from orchestrator.domain.plan.inspection import PlaybookFinding

_LEADING = re.compile(
    r"ansible_(?:connection|(?:ssh_)?(?:host|port)|(?:ssh|sftp|scp)_(?:args|common_args|extra_args|executable)"
    r"|paramiko_\w+|(?:ssh_)?host_key_checking|shell_executable|become_(?:exe|flags|method)|(?:sudo|su)_(?:exe|flags)|\w+_interpreter|control_path)|mitogen_via"
)
_CONTROLLER = ("localhost", "127.0.0.1")
_WHAT = "leads tasks elsewhere than to the host that was verified, or past its pinned key"
_MOVE = "set it in the inventory, for all of the run, or use delegate_to and allow.delegates"


def redirects(plays: list[tuple[Item, list[Item]]], files: PlaybookFiles) -> Iterator[PlaybookFinding]:
    """Findings of severity `warn`, in the order of the plays, then of the roles. Templates of names are not guessed at."""
    for play, tasks in plays:
        if str(play.keys.get("hosts")) in _CONTROLLER:
            continue
        for item in (play, *tasks):
            yield from _of_item(item)
            for path in _variable_files(item, files):
                yield from (
                    finding for part in files.variables(path) for finding in _leading(part, part.keys)
                )
    for role in files.roles:
        for part in files.variables_of_role(role):
            yield from _leading(part, part.keys)


def _of_item(item: Item) -> Iterator[PlaybookFinding]:
    if str(item.keys.get("delegate_to")) in _CONTROLLER:
        return
    for key in [key for key in item.keys if short_name(str(key)) in ("vars", "set_fact", "add_host")]:
        yield from _leading(item, item.keys.get(key))
    is_play = "hosts" in item.keys
    for key in ("connection", "port"):
        # A play's connection is looked at elsewhere, and a literal `local` is (on_controller.py).
        is_local = key == "connection" and str(item.keys.get(key)) in LOCAL
        if key in item.keys and not is_local and not (is_play and key == "connection"):
            yield _finding(item, key, item.line_of(key))
    for role in item.keys.get("roles") or [] if is_play else []:
        if isinstance(role, dict):
            yield from _leading(item, role)
            yield from _leading(item, role.get("vars"))


def _leading(item: Item, variables: Any) -> Iterator[PlaybookFinding]:
    if not isinstance(variables, dict):
        return
    lines = getattr(variables, "lines", item.lines)
    for name in variables:
        if _LEADING.fullmatch(str(name)):
            yield _finding(item, str(name), lines.get(str(name), item.line))


def _variable_files(item: Item, files: PlaybookFiles) -> Iterator[Path]:
    names = item.keys.get("vars_files") if "hosts" in item.keys else None
    key = key_of(item.keys, "include_vars")
    if key is not None:
        given = item.keys.get(key)
        names = given.get("file") if isinstance(given, dict) else given or names
    for name in [names] if isinstance(names, str) else names or []:
        if isinstance(name, str):
            near = (item.file.parent, item.file.parent / "vars", item.file.parent.parent / "vars")
            yield from [folder / name for folder in near if (folder / name).is_file()][:1]


def _finding(item: Item, key: str, line: int) -> PlaybookFinding:
    return PlaybookFinding(
        file=str(item.file), line=line, kind=key, what=f"{key} {_WHAT}", severity="warn", next_move=_MOVE
    )
