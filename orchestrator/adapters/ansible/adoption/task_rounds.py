"""What the arguments of a task may be: in each round of its loops, with every value that the tree gives its variables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from orchestrator.adapters.ansible.adoption.task_text import TaskText
from orchestrator.adapters.ansible.adoption.variables import Loops, Variables

_MOST_CHOICES = 256
_PACKAGES = frozenset({"apt", "dnf", "dnf5", "yum", "package"})
_NAMING = frozenset(
    {
        *(
            "dest",
            "path",
            "name",
            "pkg",
            "package",
            "service",
            "unit",
            "user",
            "key",
            "cron_file",
            "virtualenv",
            "file",
        ),
        *("filename", "keyring", "link", "destfile", "sysctl_file", "keyfile"),
    }
)


def each_round(task: TaskText, variables: Variables) -> Iterator[tuple[dict[str, Any] | None, bool]]:
    """The arguments of each round with their values; None where a name is not certain. `single`: there was no choice."""
    for loops in rounds_of(task, variables):
        choices = _choices(task.arguments, variables, loops)
        if not choices:
            # A package's name needs no reading: what came is seen on the host.
            yield ({"name": "*"} if task.module in _PACKAGES else None), False
        for each in choices:
            yield each, len(choices) == 1


def rounds_of(task: TaskText, variables: Variables) -> list[Loops]:
    """The rounds of the task's own loop, within those of the includes around it."""
    rounds: list[Loops] = []
    for around in variables.rounds_around(task.arguments, task.loop):
        items = variables.items(task.loop, task.loop_kind, around) if task.loop_kind else [None]
        own: list[Loops] = [{}] if not task.loop_kind else [{task.loop_var: [each]} for each in items or []]
        rounds += [{**around, **each} for each in (own if items is not None else [{task.loop_var: None}])]
    return rounds


def _choices(given: Mapping[str, Any], variables: Variables, loops: Loops) -> list[dict[str, Any]]:
    """Every set of arguments that these may be; none where one that names something is not certain."""
    choices: list[dict[str, Any]] = [{}]
    for key, value in given.items():
        texts = _texts(value, variables, loops)
        if texts is None and key in _NAMING:
            return []
        choices = [{**each, key: text} for each in choices for text in texts or [""]]
        if len(choices) > _MOST_CHOICES:
            return []
    return choices


def _texts(value: Any, variables: Variables, loops: Loops) -> list[Any] | None:
    """What one argument may be: texts, or lists of them."""
    if isinstance(value, Mapping) or value is None:
        return [""]
    if isinstance(value, list):
        several = [variables.texts(each, loops) for each in value]
        if any(each is None for each in several):
            return None
        return [[text for each in several for text in each or []]]
    values = variables.values(value, loops)
    lists = [each for each in values or [] if isinstance(each, list)]
    if not lists:
        return variables.texts(value, loops)
    inner = [_texts(each, variables, loops) for each in lists]
    return None if any(each is None for each in inner) else [text for each in inner for text in each or []]


def is_left_empty(given: Mapping[str, Any], arguments: Mapping[str, Any]) -> bool:
    """Whether its name is a variable that every file leaves empty, as where a system has no such thing."""
    return any("{{" in str(given.get(key)) and arguments.get(key) == "" for key in _NAMING)
