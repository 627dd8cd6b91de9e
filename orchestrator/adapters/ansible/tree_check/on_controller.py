"""Tasks that say literally that they act on the controller, which a run only allows where the plan declares it."""

from collections.abc import Iterator, Mapping
from typing import Any

from orchestrator.adapters.ansible.in_run.actions import CONTROLLER_ONLY, LOCAL, short_name
from orchestrator.adapters.ansible.tree_check.playbook_files import Item
from orchestrator.domain.plan.inspection import PlaybookFinding

CONTROLLER = ("localhost", "127.0.0.1", "::1")
_IMPORTS = ("import_role", "import_tasks", "include_role", "include_tasks")
_WHAT = "acts on the controller, which is no host of the wave: the run would count on no host"


def on_controller(plays: list[tuple[Item, list[Item]]]) -> Iterator[PlaybookFinding]:
    """Findings of severity `refuse`, each of which stands only where the plan does not declare the controller.

    Templates of names are not guessed at. A play over the controller runs only where it is declared.
    """
    for play, tasks in plays:
        if str(play.keys.get("hosts")) in CONTROLLER:
            continue
        for role in play.keys.get("roles") or []:
            if isinstance(role, dict):
                yield from _said_by(play, role)
        for task in tasks:
            if _acts(task.keys) and str(task.keys.get("when")).lower() != "false":
                yield from _said_by(task, task.keys)
                yield from _applied(task)


def _said_by(item: Item, keywords: Mapping[str, Any]) -> Iterator[PlaybookFinding]:
    delegate = str(keywords.get("delegate_to"))
    if delegate in CONTROLLER:
        yield _finding(item, keywords, "delegate_to", delegate)
    elif "local_action" in keywords:
        yield _finding(item, keywords, "local_action", CONTROLLER[0])
    elif str(keywords.get("connection")) in LOCAL and "delegate_to" not in keywords:
        yield _finding(item, keywords, "connection", CONTROLLER[0])


def _applied(task: Item) -> Iterator[PlaybookFinding]:
    """What an include gives to each of its tasks."""
    for key, arguments in task.keys.items():
        applied = arguments.get("apply") if isinstance(arguments, dict) else None
        if short_name(str(key)) in _IMPORTS and isinstance(applied, dict):
            yield from _said_by(task, applied)


def _acts(task: Mapping[str, Any]) -> bool:
    """Whether it can reach anybody; of a block, whether any of its tasks can."""
    parts = [part for name in ("block", "rescue", "always") for part in task.get(name) or []]
    if parts:
        return any(_acts(part) for part in parts if isinstance(part, dict))
    names = (
        {short_name(str(key)) for key in task}
        | _named_in(task.get("local_action"))
        | _named_in(task.get("action"))
    )
    return not names & (CONTROLLER_ONLY - set(_IMPORTS))


def _named_in(action: Any) -> set[str]:
    """The module in the older forms: `debug msg=...`, or a mapping with `module`."""
    if isinstance(action, dict):
        return {short_name(str(action.get("module")))}
    return {short_name(word) for word in str(action or "").split()[:1]}


def _finding(item: Item, keywords: Mapping[str, Any], key: str, where: str) -> PlaybookFinding:
    lines = getattr(keywords, "lines", item.lines)
    return PlaybookFinding(
        file=str(item.file),
        line=lines.get(key, item.line),
        kind=key,
        what=_WHAT,
        severity="refuse",
        next_move="add `localhost` to the plan's allow.delegates, or have the task run on its host",
        undeclared=where,
    )
