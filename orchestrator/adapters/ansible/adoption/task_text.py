"""A task as its file gives it: module, arguments, loop, condition; also in the old forms on one line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orchestrator.adapters.ansible.in_run.actions import short_name
from orchestrator.adapters.ansible.tree_check.playbook_files import Item

KEYWORDS = frozenset(
    {
        *("action", "always", "any_errors_fatal", "args", "async", "become", "become_exe", "become_flags"),
        *("become_method", "become_user", "block", "changed_when", "check_mode", "collections", "connection"),
        *(
            "debugger",
            "delay",
            "delegate_facts",
            "delegate_to",
            "diff",
            "environment",
            "failed_when",
            "ignore_errors",
        ),
        *(
            "ignore_unreachable",
            "listen",
            "local_action",
            "loop",
            "loop_control",
            "module_defaults",
            "name",
            "no_log",
        ),
        *(
            "notify",
            "poll",
            "port",
            "register",
            "remote_user",
            "rescue",
            "retries",
            "run_once",
            "sudo",
            "sudo_user",
        ),
        *("tags", "throttle", "timeout", "until", "vars", "when"),
    }
)
_WORDS = re.compile(r"""(\w+)=((?:"[^"]*"|'[^']*'|\{\{.*?\}\}|[^\s"'{]|\{(?!\{))+)""", re.DOTALL)
_FREE = frozenset({"command", "shell", "raw", "script"})


@dataclass(frozen=True, slots=True)
class TaskText:
    """One task: its module by its short name, its arguments as mapping, and its loop as it is written."""

    name: str
    module: str
    arguments: Mapping[str, Any]
    free: str
    loop: Any


def task_text(task: Item) -> TaskText | None:
    """The task, or None for a block and for what is no task."""
    keys = task.keys
    action = next(
        ((short_name(str(key)), value) for key, value in keys.items() if _is_module(str(key))),
        None,
    )
    if action is None and isinstance(keys.get("action"), str):
        module, _, rest = str(keys["action"]).partition(" ")
        action = short_name(module), rest
    if action is None:
        return None
    module, given = action
    free, arguments = _arguments(module, given)
    extra = keys.get("args")
    if isinstance(extra, Mapping):
        arguments = {**extra, **arguments}
    name = keys.get("name")
    return TaskText(str(name) if name else module, module, arguments, free, _loop(keys))


def _is_module(key: str) -> bool:
    return key not in KEYWORDS and not key.startswith("with_")


def _loop(keys: Mapping[str, Any]) -> Any:
    plain = next(
        (keys[key] for key in ("loop", "with_items", "with_list", "with_flattened") if key in keys), None
    )
    others = [key for key in keys if str(key).startswith("with_")]
    return plain if plain is not None or not others else False


def _arguments(module: str, given: Any) -> tuple[str, dict[str, Any]]:
    if isinstance(given, Mapping):
        return str(given.get("cmd", given.get("_raw_params", ""))), dict(given)
    if not isinstance(given, str):
        return "", {}
    pairs = {match[1]: match[2].strip("\"'") for match in _WORDS.finditer(given)}
    if module in _FREE:
        pairs = {key: value for key, value in pairs.items() if key in ("creates", "removes", "chdir")}
    return given, pairs
