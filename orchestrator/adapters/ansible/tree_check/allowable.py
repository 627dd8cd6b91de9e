"""Constructs that a plan can allow by the names of tasks: what hides a failure, a lost host, or that nothing was changed."""

from collections.abc import Iterator, Sequence
from typing import Any

from orchestrator.adapters.ansible.in_run.actions import key_of
from orchestrator.adapters.ansible.in_run.masks import is_never_true
from orchestrator.adapters.ansible.tree_check.playbook_files import BLOCKS, Item
from orchestrator.domain.plan.inspection import AllowedBy, PlaybookFinding, Severity

TRUE = ("true", "yes", "on", "1")
FALSE = ("false", "no", "off", "0")
_READ_ONLY = (
    "stat",
    "slurp",
    "find",
    "getent",
    "setup",
    "ping",
    "service_facts",
    "package_facts",
    "wait_for",
)
_KEYWORDS = frozenset(
    {
        "when",
        "register",
        "become",
        "become_user",
        "become_method",
        "loop",
        "loop_control",
        "tags",
        "vars",
        "notify",
    }
    | {
        "changed_when",
        "failed_when",
        "until",
        "retries",
        "delay",
        "delegate_to",
        "delegate_facts",
        "run_once",
    }
    | {
        "environment",
        "args",
        "no_log",
        "check_mode",
        "diff",
        "ignore_errors",
        "ignore_unreachable",
        "async",
        "poll",
    }
    | {
        "any_errors_fatal",
        "remote_user",
        "connection",
        "port",
        "timeout",
        "throttle",
        "collections",
        "listen",
    }
    | {"module_defaults"}
)
"""Keywords that may stand before the action of a task without a name."""


def is_one_of(value: Any, words: tuple[str, ...]) -> bool:
    """Whether a value of YAML reads as one of these words."""
    return str(value).strip().lower() in words


def task_name(keys: dict[str, Any]) -> str:
    """The name of a task as a run tells it: its own, or else its action."""
    actions = (key for key in keys if key not in _KEYWORDS and not str(key).startswith("with_"))
    return str(keys.get("name") or next(actions, "task"))


def of_play(play: Item, tasks: Sequence[Item]) -> Iterator[PlaybookFinding]:
    """What a play says for all of its tasks."""
    names = tuple(dict.fromkeys(task_name(task.keys) for task in tasks if not _is_block(task.keys)))
    yield from _for_all(play, str(play.keys.get("name") or play.keys.get("hosts")), names)


def of_task(task: Item) -> Iterator[PlaybookFinding]:
    """What a task says of itself, or a block of its tasks."""
    names = tuple(dict.fromkeys(_names_within(task.keys)))
    yield from _for_all(task, task_name(task.keys) if not _is_block(task.keys) else _block_name(task), names)
    yield from _never_fails(task)
    if "rescue" in task.keys:
        rescued = tuple(dict.fromkeys(_names_in(task.keys.get("block"))))
        what = "a host that was rescued has to be looked at, and counts as unknown"
        yield _finding(task, "rescue", what, "warn", "let the task fail", "rescued_tasks", rescued)


def _for_all(item: Item, name: str, names: tuple[str, ...]) -> Iterator[PlaybookFinding]:
    if is_one_of(item.keys.get("check_mode"), TRUE):
        what = f"'{name}' only pretends to change the host"
        yield _finding(item, "check_mode", what, "refuse", "take check_mode out", "check_mode_tasks", names)
    if is_one_of(item.keys.get("ignore_errors"), TRUE):
        what, move = (
            f"a failure of '{name}' does not count as success",
            "say with failed_when what is no failure",
        )
        yield _finding(item, "ignore_errors", what, "warn", move, "ignored_tasks", names)
    if is_one_of(item.keys.get("ignore_unreachable"), TRUE):
        what = f"a host that cannot be reached in '{name}' would look as if it had been deployed to"
        move = "take ignore_unreachable out"
        yield _finding(item, "ignore_unreachable", what, "refuse", move, "unreachable_tasks", names)


def _never_fails(task: Item) -> Iterator[PlaybookFinding]:
    probe = is_one_of(task.keys.get("changed_when"), FALSE) or key_of(task.keys, *_READ_ONLY)
    given = task.keys.get("failed_when")
    conditions = given if isinstance(given, list) else [given]
    if any(is_never_true(condition) for condition in conditions if condition is not None) and not probe:
        name = task_name(task.keys)
        what = f"task '{name}' cannot fail, whatever happens"
        move = "say what a failure is, add `changed_when: false` to a probe"
        yield _finding(task, "failed_when", what, "warn", move, "ignored_tasks", (name,))


def _is_block(keys: dict[str, Any]) -> bool:
    return any(part in keys for part in BLOCKS)


def _block_name(block: Item) -> str:
    return str(block.keys.get("name") or "block")


def _names_within(keys: dict[str, Any]) -> Iterator[str]:
    if not _is_block(keys):
        yield task_name(keys)
    for part in BLOCKS:
        yield from _names_in(keys.get(part))


def _names_in(tasks: Any) -> Iterator[str]:
    for task in tasks if isinstance(tasks, list) else []:
        if isinstance(task, dict):
            yield from _names_within(task)


def _finding(
    item: Item,
    key: str,
    what: str,
    severity: Severity,
    move: str,
    allowed_by: AllowedBy,
    names: tuple[str, ...],
) -> PlaybookFinding:
    return PlaybookFinding(
        file=str(item.file),
        line=item.line_of(key),
        kind=key,
        what=what,
        severity=severity,
        next_move=move,
        allowed_by=allowed_by,
        names=names,
    )
