"""What is kept of a run in check mode, and what holds it to that: no task acts that the plan does not name.

A text is without vaulted values before it is compared: in a difference each of its lines would stand by itself.
"""

from __future__ import annotations

import difflib
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase

from orchestrator.adapters.ansible.in_run.actions import CONTROLLER_ONLY, READ_ONLY, action_of
from orchestrator.adapters.ansible.in_run.answers import message

MOST_DIFFS = 50
"""Differences of one task on one host that are handed over; the others are counted."""
MOST_TEXT = 16_384
MOST_OF_RUN = 4_000_000
"""Characters of all differences of a run; what comes after is cut to nothing."""
_HARMLESS = CONTROLLER_ONLY | READ_ONLY
_PUBLIC = frozenset({"apt", "dnf", "dnf5", "package", "yum", "zypper", "pip"})
"""Actions whose own words are names of packages."""
_CONDITION = ("skip_reason", "skipped_reason", "false_condition")
_HEADER = re.compile(r"^(.*?)(?: \((?:content|file attributes)\))?$", re.DOTALL)

_SYMBOLIC = re.compile(r"(?:^|,)[ug]*[oa][ugoa]*[=+][^,]*r")
_TRANSFERS_LATE = ("copy", "script", "template")


class Held:
    """Holds the tasks of a run to check mode, each in its own process; `acts`: of one that says otherwise, `ran` or `held`.

    `abandoned`: a file that is there once nobody waits for the answer.
    """

    def __init__(self, nonce: str, named: Callable[[str], bool], abandoned: str) -> None:
        self._own, self._named, self._abandoned = nonce, named, abandoned
        self.acts = ""

    def begin(self, executor: Any) -> None:
        """An item of a task is about to be done. Who names a task in the plan says that it only looks.

        Where nobody waits, none is begun: one that is at work on a host ends by itself, and a killed run would leave it there.
        """
        if os.path.exists(self._abandoned):  # noqa: PTH110 - once for each item
            raise AnsibleError("nobody waits for this hint any more")
        task = executor._task
        play = getattr(task, "play", None) or getattr(task._parent, "_play", None)
        if self._own and play is not None and play.get_name().endswith(f" {self._own}"):
            return
        named = self._named(task.get_name())
        if is_off(task.check_mode) and action_of(task) not in _HARMLESS:
            self.acts = "ran" if named else "held"
        if not named:
            task.check_mode = True
            # Ansible refuses both together.
            task.async_val = 0


def make_no_folders() -> None:
    """What would only be sent later needs no folder on the host before: in check mode nothing is sent."""
    original = ActionBase._early_needs_tmp_path

    def needs(action: Any) -> bool:
        late = type(action).__module__.rpartition(".")[2] in _TRANSFERS_LATE
        return not (late and action._task.check_mode) and bool(original(action))

    ActionBase._early_needs_tmp_path = needs


def is_off(value: Any) -> bool:
    """Whether a task says that it acts in check mode; a template is seen only when the task is done."""
    return value is False or str(value).strip().lower() in ("false", "no", "off", "0", "n", "f")


def acting_tasks(play: Any, named: Callable[[str], bool]) -> Iterator[dict[str, str]]:
    """The tasks of a play, as far as they are known before it runs, that would act, and that the plan does not name."""
    variables = play.get_variable_manager().get_vars(play=play)
    handlers = [*play.handlers, *play.compile_roles_handlers()]
    for block in (*play.compile(), *handlers):
        for task in _tasks(block.filter_tagged_tasks(variables)):
            if is_off(task.check_mode) and action_of(task) not in _HARMLESS and not named(task.get_name()):
                yield {"task": task.get_name(), "action": action_of(task)}


def _tasks(block: Any) -> Iterator[Any]:
    for part in (*block.block, *block.rescue, *block.always):
        if hasattr(part, "block"):
            yield from _tasks(part)
        else:
            yield part


def is_unseen(kind: str, answer: Mapping[str, Any]) -> bool:
    """Whether check mode skipped the task, or an item of it; a condition that is false is no such skip."""
    items = [item for item in answer.get("results") or [] if isinstance(item, Mapping)]
    if items:
        return any(_is_skipped(item) for item in items)
    return kind == "skipped" and _is_skipped({**answer, "skipped": True})


def _is_skipped(item: Mapping[str, Any]) -> bool:
    return bool(item.get("skipped")) and not any(item.get(name) for name in _CONDITION)


class Differences:
    """The differences that results name, as plain values, without vaulted values and not beyond what a run may hand over."""

    def __init__(self, redact: Callable[[str], str]) -> None:
        self._redact, self._left = redact, MOST_OF_RUN

    def of(self, task: Any, arguments: Any, answer: Mapping[str, Any]) -> tuple[list[dict[str, Any]], int]:
        """Those of one result, and how many more there are. None where `no_log` is set."""
        if task.no_log or answer.get("_ansible_no_log") or "censored" in answer:
            return [], 0
        given = [each for item in _items(answer) for each in _listed(item.get("diff"))]
        closed = _is_closed(arguments.get("mode") if isinstance(arguments, Mapping) else None)
        public = action_of(task) in _PUBLIC
        kept = [kept for each in given if (kept := self._kept(each, public=public))]
        return [{**each, "closed": closed} for each in kept[:MOST_DIFFS]], len(kept[MOST_DIFFS:])

    def _kept(self, diff: Mapping[str, Any], *, public: bool) -> dict[str, Any] | None:
        path = _path_of(diff)
        if any(diff.get(name) for name in ("src_binary", "dst_binary", "src_larger", "dst_larger")):
            return {"path": path, "form": "no_text", "text": "", "cut": False}
        if diff.get("prepared") is not None:
            text, form = self._redact(str(diff["prepared"])), "state" if public else "prepared"
        elif "before" in diff or "after" in diff:
            states = [diff.get(name) for name in ("before", "after")]
            form = "state" if any(isinstance(state, Mapping) for state in states) else "text"
            was, now = (self._redact(_words(state)) for state in states)
            lines = difflib.unified_diff(was.splitlines(), now.splitlines(), "before", "after", lineterm="")
            text = "\n".join(lines)
        else:
            return None
        if not text.strip():
            return None
        kept = text[: min(MOST_TEXT, self._left)]
        self._left -= len(kept)
        return {"path": path, "form": form, "text": kept, "cut": len(kept) < len(text)}


def _items(answer: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    yield answer
    for item in answer.get("results") or []:
        if isinstance(item, Mapping) and not item.get("_ansible_no_log") and "censored" not in item:
            yield item


def _listed(value: Any) -> list[Mapping[str, Any]]:
    listed = value if isinstance(value, list) else [value]
    return [each for each in listed if isinstance(each, Mapping)]


def _path_of(diff: Mapping[str, Any]) -> str:
    headers = (str(diff.get(name) or "") for name in ("before_header", "after_header"))
    states = (str(state.get("path") or "") for state in _listed([diff.get("before"), diff.get("after")]))
    paths = [match[1] for text in (*headers, *states) if (match := _HEADER.match(text))]
    return next((path[:1024] for path in paths if path.startswith("/")), "")


def _words(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping | list):
        return json.dumps(value, indent=1, sort_keys=True, default=str)
    return str(value)


def _is_closed(mode: Any) -> bool:
    """Whether a task gives a mode by which not everybody may read; one that cannot be read counts as that."""
    if mode is None:
        return False
    if isinstance(mode, int):
        return not mode & 0o4
    text = str(mode).strip()
    if re.fullmatch("[0-7]{1,5}", text):
        return not int(text, 8) & 0o4
    return _SYMBOLIC.search(text) is None


class Hint:
    """What a run in check mode says that it would change, and what would act in it; `named`: tasks that may."""

    def __init__(self, nonce: str, ways: Any, given: Mapping[str, Any], redact: Callable[[str], str]) -> None:
        self._named = [_fits(name) for name in given["named"]]
        self._differences = Differences(redact)
        ways.held = Held(nonce, self._is_named, given["abandoned"])
        make_no_folders()

    def _is_named(self, task: str) -> bool:
        """As the plan names tasks: with or without the role before it."""
        names = [name for name in (task, task.partition(" : ")[2]) if name]
        return any(pattern.fullmatch(name) for pattern in self._named for name in names)

    def acting(self, plays: Iterable[Any]) -> list[dict[str, str]]:
        """Tasks that would act, as far as they are known before the first play."""
        return [task for play in plays for task in acting_tasks(play, self._is_named)]

    def of(self, kind: str, result: Any, key: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        """What the result of a task says."""
        task, answer = result.task, result.result
        diffs, more = self._differences.of(task, result.task_fields.get("args"), answer)
        return {
            "host": result.host.get_name(),
            "task": task.get_name(),
            "action": action_of(task),
            "kind": kind,
            "changed": bool(result.is_changed()),
            "unseen": is_unseen(kind, answer),
            "ignored": bool(fields.get("ignored") or fields.get("rescued")),
            "acts": result.task_fields.get(key, {}).get("acts", ""),
            "message": message(answer) if kind in ("failed", "unreachable") else "",
            "diffs": diffs,
            "more_diffs": more,
        }


def of_run(
    nonce: str, ways: Any, given: Mapping[str, Any] | None, redact: Callable[[str], str]
) -> Hint | None:
    """That of a run which is a hint."""
    return Hint(nonce, ways, given, redact) if given and ways is not None else None


def _fits(name: str) -> re.Pattern[str]:
    """A name of a task, in which a template stands for any text."""
    return re.compile(".*".join(map(re.escape, re.split(r"\{\{.*?\}\}", name))), re.DOTALL)
