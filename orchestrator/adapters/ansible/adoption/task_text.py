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
    """One task: its module by its short name, its arguments as mapping, and its loop as it is written.

    `loop_kind`: what stands after `with_` without the name of a collection, or `loop`; empty without a loop.
    """

    name: str
    module: str
    arguments: Mapping[str, Any]
    free: str
    loop: Any
    loop_kind: str = ""
    loop_var: str = "item"


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
    kind, loop = loop_of(keys)
    return TaskText(str(name) if name else module, module, arguments, free, loop, kind, loop_var_of(keys))


def _is_module(key: str) -> bool:
    return key not in KEYWORDS and not is_loop(key)


def is_loop(key: str) -> bool:
    """Whether a key of a task is a loop by a lookup: `with_items`, `with_community.general.flattened`."""
    return key.startswith("with_")


def loop_of(keys: Mapping[str, Any]) -> tuple[str, Any]:
    """The kind of a task's loop and what it goes over; two empty words where there is none."""
    key = next((str(key) for key in keys if key == "loop" or is_loop(str(key))), "")
    return (key.rpartition(".")[2].removeprefix("with_"), keys[key]) if key else ("", "")


def loop_var_of(keys: Mapping[str, Any]) -> str:
    """What the element of a round is called."""
    control = keys.get("loop_control")
    given = control.get("loop_var") if isinstance(control, Mapping) else None
    return given if isinstance(given, str) else "item"


def _arguments(module: str, given: Any) -> tuple[str, dict[str, Any]]:
    if isinstance(given, Mapping):
        return str(given.get("cmd", given.get("_raw_params", ""))), dict(given)
    if not isinstance(given, str):
        return "", {}
    pairs = {match[1]: match[2].strip("\"'") for match in _WORDS.finditer(given)}
    if module in _FREE:
        pairs = {key: value for key, value in pairs.items() if key in ("creates", "removes", "chdir")}
    return given, pairs
