"""A hint in words, and for programs: what tasks say in check mode that they would change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from orchestrator.domain.evidence.hint import HintDiff, HintTask, StageHint, Withheld
from orchestrator.domain.text.plain_text import plain

PROMISE = "A hint by check mode, and no promise: tasks say what they would change, and some cannot."
_NAME = 200
_WITHHELD: dict[Withheld, str] = {
    "": "",
    "closed": "not everybody on the host may read it (backout.baseline.show names files that are shown all the same)",
    "mode_unknown": "nobody could tell who may read it",
    "no_file": "it names no file whose mode could be asked for",
    "values_unknown": "the vaulted values are not known, so none can be left out",
}

_ACTS = {
    "ran": "ran, for it says check_mode: false and the plan names it",
    "held": "held to check mode, though it says check_mode: false",
}


def hint_lines(hints: Sequence[StageHint], *, named: bool) -> Iterator[str]:
    """All of it, line by line. `named`: a person chose the hosts."""
    yield PROMISE
    if not named:
        yield "Asked of the first host of each stage; --limit HOSTS asks others."
    for hint in hints:
        yield ""
        yield from _stage_lines(hint)


def _stage_lines(hint: StageHint) -> Iterator[str]:
    name = f"stage {hint.stage}: " if hint.stage else ""
    if hint.run is None:
        yield f"{plain(name)} by hand, and people have no check mode: {', '.join(hint.hosts)}".strip()
        return
    yield f"{plain(name)} {plain(hint.playbook)} on {', '.join(hint.hosts)}".strip()
    for acting in hint.run.acting:
        yield f"  would act in check mode: {acting.task} ({acting.action})"
    if hint.run.acting:
        yield "  Nothing was run: these tasks say check_mode: false. Where one only looks, name it in allow.check_mode_tasks."
        return
    for fault in hint.run.faults:
        yield f"  not whole: {plain(fault, 400)}"
    for host in hint.hosts:
        yield from _host_lines(hint, host)


def _host_lines(hint: StageHint, host: str) -> Iterator[str]:
    tasks = [task for task in hint.run.tasks if task.host == host] if hint.run else []
    would = [task for task in tasks if task.changed and task.kind == "ok"]
    unseen = [task for task in tasks if task.unseen]
    failed = [task for task in tasks if task.kind in ("failed", "unreachable") and not task.ignored]
    if not tasks and host in hint.stopped:
        yield f"  {host}: no task of the playbook was run"
        return
    yield (
        f"  {host}: {_counted(len(would), 'task')} would change something, {len(unseen)} not seen by check mode, "
        f"{len(tasks) - len({*map(id, would), *map(id, unseen), *map(id, failed)})} would change nothing"
    )
    for task in would:
        yield from _change_lines(task)
    yield from (f"    not seen: {_named(task)}" for task in unseen)
    yield from (f"    {_ACTS[task.acts]}: {_named(task)}" for task in tasks if task.acts)
    yield from (f"    failed: {_named(task)}: {task.message}" for task in failed)
    if tasks and host in hint.stopped:
        yield "    The playbook did not come to its end here; a task often fails because check mode skipped one before it."


def _change_lines(task: HintTask) -> Iterator[str]:
    yield f"    would change: {_named(task)}"
    for diff in task.diffs:
        yield from _diff_lines(diff)
    if task.more_diffs:
        yield f"      and {_counted(task.more_diffs, 'difference')} more"


def _named(task: HintTask) -> str:
    return f"{plain(task.task, _NAME)} ({task.action})"


def _diff_lines(diff: HintDiff) -> Iterator[str]:
    about = plain(diff.path, 400) or "difference"
    if diff.withheld:
        yield f"      {about}: not shown, {_WITHHELD[diff.withheld]}"
    elif diff.form == "no_text":
        yield f"      {about}: differs, and is not text or is too large to be shown"
    else:
        yield f"      {about}"
        yield from (f"        {line}" for line in diff.text.split("\n"))
        if diff.cut:
            yield "        (cut)"


def hint_json(hints: Sequence[StageHint], *, whole: bool) -> dict[str, Any]:
    """The same as values. `promise` is always false."""
    return {"hint": {"promise": False, "whole": whole, "stages": [_stage_json(hint) for hint in hints]}}


def _stage_json(hint: StageHint) -> dict[str, Any]:
    by_hand = hint.run is None
    return {
        **hint.model_dump(mode="json"),
        "by_hand": by_hand,
        "stopped": list(hint.stopped),
        "whole": hint.whole,
    }


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
