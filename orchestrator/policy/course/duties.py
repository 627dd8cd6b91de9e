"""Work that hangs on what was removed or transferred: what is done, what is still due, and what is overdue."""

from collections.abc import Iterator
from datetime import datetime

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.brief import Brief
from orchestrator.domain.journal.lifecycle import STANDS
from orchestrator.domain.plan.plan_kind import due_work_of
from orchestrator.domain.plan.withdrawal import DueWork
from orchestrator.domain.text.command_word import command_word
from orchestrator.domain.text.format import counted


def work_of(d: Deployment) -> tuple[DueWork, ...]:
    """Its due work; none of a rehearsal, and none where everything was taken back or nothing was touched."""
    if d.rehearsing.rehearsal is not None or (d.over and d.state not in STANDS):
        return ()
    return due_work_of(d.plan)


def open_work(d: Deployment) -> tuple[DueWork, ...]:
    """The work that nobody has said to be done."""
    done = {duty.path for duty in d.follow_up.duties}
    return tuple(work for work in work_of(d) if work.path not in done)


def due_words(brief: Brief, now: datetime) -> str:
    """Such as `2 due tasks to follow`, `1 due task overdue`, for a list; empty where nothing is left or it is not over."""
    if not brief.over:
        return ""
    overdue = sum(due <= now for due in brief.due)
    if overdue:
        return f"{_tasks(overdue)} overdue"
    return f"{_tasks(len(brief.due))} to follow" if brief.due else ""


def duty_sentences(d: Deployment, now: datetime) -> Iterator[str]:
    """A sentence for each piece of work: who did it and when, or that it is not yet done, with the command."""
    done = {duty.path: duty for duty in d.follow_up.duties}
    for number, work in enumerate(work_of(d), 1):
        what = f"{work.component}, {work.area}: {work.what}"
        duty = done.get(work.path)
        if duty is not None:
            yield f"Done: {what}; by {duty.by} at {duty.at:%Y-%m-%d %H:%M} UTC: {duty.note}."
            continue
        late = "overdue since" if work.due <= now else "due by"
        command = f"orch done {command_word(d.id)} {number} --note WHAT"
        yield f"Not yet done: {what}; {work.by}, {late} {work.due:%Y-%m-%d %H:%M} UTC ({command})."


def _tasks(number: int) -> str:
    return counted(number, "due task")
