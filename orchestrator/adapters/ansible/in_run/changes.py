"""The changes of a task, item by item, kept in the process of the task and handed over with its result.

What a module itself says of a change counts, not only what is left after `changed_when`. A task that failed on the host may
have changed what it names. Names do not leave the process where `no_log` is set.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orchestrator.adapters.ansible.in_run.actions import action_of
from orchestrator.adapters.ansible.in_run.module_table import NEVER, SETTLES, UNNAMED, things_changed

MOST = 1000
"""Changes of one task that are handed over by name; the others are counted."""
_NAME_LIMIT = 300


class Changes:
    """What the present task changed so far; `raws` are the answers of the present item, one for each try."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """A task begins in this process."""
        self.items: list[dict[str, Any]] = []
        self.raws: list[Mapping[str, Any]] = []
        self._left = MOST

    def answered(self, raw: Any, *, again: bool = False) -> None:
        """What the module answered; `again`: in place of the answer that it was started."""
        if isinstance(raw, Mapping):
            self.raws = [*(self.raws[:-1] if again else self.raws), raw]

    def end_item(self, executor: Any, result: Mapping[str, Any], *, reached: bool) -> None:
        """An item of the task has ended; `reached`: it used a connection."""
        raws, self.raws = self.raws, []
        task, module = executor._task, action_of(executor._task)
        if task.check_mode or result.get("skipped") or module in NEVER:
            return
        where = str(task.delegate_to or executor._host.name)
        last: Mapping[str, Any] = raws[-1] if raws else {}
        if module == SETTLES:
            self._settle(where, last)
        elif _has_changed(module, task, raws, result, reached=reached):
            hidden = bool(task.no_log or result.get("_ansible_no_log"))
            answers = [raw for raw in raws if raw.get("changed")] or [last]
            things = _all_of(module, task.args, answers, result)
            if things:
                named = [("unnamed", module)] if hidden else things
                self._keep(where, named, job=_job_of(last), failed=bool(result.get("failed")))

    def _settle(self, where: str, raw: Mapping[str, Any]) -> None:
        job, ended = str(raw.get("ansible_job_id") or ""), bool(raw.get("finished"))
        if job and ended:
            moved = bool(raw.get("changed") or raw.get("failed"))
            self.items.append({"where": where, "settles": job, "changed": moved})

    def _keep(self, where: str, things: list[tuple[str, str]], *, job: str, failed: bool) -> None:
        kept, more = things[: self._left], len(things[self._left :])
        self._left -= len(kept)
        named = [[kind, name[:_NAME_LIMIT]] for kind, name in kept]
        self.items.append({"where": where, "things": named, "more": more, "job": job, "failed": failed})


class Report:
    """The changes that were handed over, as events: at once, or when the end of a background task is known."""

    def __init__(self) -> None:
        self._begun: dict[tuple[str, str], dict[str, Any]] = {}

    def of_task(
        self, task: str, items: list[dict[str, Any]], names: Mapping[str, str]
    ) -> list[dict[str, Any]]:
        """The events of one result; `names`: what the machine is called that each host name led to."""
        events: dict[tuple[str, str, bool], dict[str, Any]] = {}
        for item in items:
            where = names.get(item["where"], item["where"])
            if "settles" in item:
                event = self._settled(task, where, item)
            else:
                event = {"where": where, "task": task}
                event |= {key: item[key] for key in ("things", "more", "failed")}
                if item["job"]:
                    self._begun[where, item["job"]] = event
                    event = None
            if event is not None:
                _join(events, event)
        return list(events.values())

    def rest(self) -> list[dict[str, Any]]:
        """Those of background tasks whose end nobody saw."""
        left, self._begun = list(self._begun.values()), {}
        return left

    def _settled(self, task: str, where: str, item: dict[str, Any]) -> dict[str, Any] | None:
        begun = self._begun.pop((where, item["settles"]), None)
        if not item["changed"]:
            return None
        unknown = {"where": where, "task": task, "things": [["unnamed", SETTLES]], "more": 0, "failed": False}
        return begun or unknown


def _join(events: dict[tuple[str, str, bool], dict[str, Any]], event: dict[str, Any]) -> None:
    key = (event["where"], event["task"], event["failed"])
    known = events.setdefault(key, {**event, "things": [], "more": 0})
    known["things"] += [thing for thing in event["things"] if thing not in known["things"]]
    known["more"] += event["more"]


def _has_changed(
    module: str, task: Any, raws: list[Mapping[str, Any]], result: Mapping[str, Any], *, reached: bool
) -> bool:
    if result.get("changed"):
        return True
    of_users = module in UNNAMED
    if any(raw.get("changed") for raw in raws) and not of_users:
        return True
    down = bool(result.get("failed") or result.get("unreachable")) or any(raw.get("failed") for raw in raws)
    return down and reached and not _is_never(task.changed_when)


def _is_never(conditions: Any) -> bool:
    listed = conditions if isinstance(conditions, list) else [conditions]
    return any(str(condition).lower() in ("false", "no") for condition in listed)


def _all_of(
    module: str, arguments: Any, answers: list[Mapping[str, Any]], result: Mapping[str, Any]
) -> list[tuple[str, str]]:
    given = arguments if isinstance(arguments, Mapping) else {}
    failed = {"failed": True} if result.get("failed") else {}
    changed = bool(result.get("changed")) or any(answer.get("changed") for answer in answers)
    things = (things_changed(module, given, {**answer, **failed}, changed=changed) for answer in answers)
    return list(dict.fromkeys(thing for several in things for thing in several))


def _job_of(raw: Mapping[str, Any]) -> str:
    """The job of a task that goes on in the background."""
    return str(raw["ansible_job_id"]) if raw.get("ansible_job_id") and not raw.get("finished") else ""
