"""Checks a plan, or shows what it would do, without putting anything on a journal: for the command line and the API alike."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from orchestrator.domain.authority.admission_answer import Reason
from orchestrator.domain.rules.prepared_plan import PreparedPlan
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.engine.planning.plan_check import check_plan
from orchestrator.engine.planning.static_check import UNSEEN, check_statically
from orchestrator.engine.ports import Ports
from orchestrator.engine.use_cases.preview import asked_ahead, faults_by_rules
from orchestrator.errors import PlanFault
from orchestrator.policy.authority.admission_question import Question
from orchestrator.policy.authority.answer_ahead import answer_ahead
from orchestrator.policy.authority.plan_answer import (
    PlanAnswer,
    asked_json,
    faulty,
    read_alone,
    resolved,
    sound,
)
from orchestrator.policy.authority.plan_outline import outline
from orchestrator.policy.authority.plan_times import times_json, times_outline
from orchestrator.policy.authority.times_ahead import TimesAhead, times_ahead
from orchestrator.policy.telling.words.still_asked import asked_lines

Say = Callable[[str], None]
Clocks = Callable[[Sequence[ReleasePolicy]], ZoneInfo]
"""The zone to show times in, by the policies that bind."""


@dataclass(frozen=True, slots=True)
class PlanNamed:
    """A plan file, its project where one is named, and what the answer calls it. `history`: whether there is a journal."""

    name: str
    file: Path
    project: Path | None = None
    history: bool = True


@dataclass(frozen=True, slots=True)
class PlanShown:
    """A plan without faults with its times, and what is still asked then."""

    checked: PreparedPlan
    ahead: TimesAhead
    zone: ZoneInfo
    asked: tuple[Reason, ...]
    now: datetime


def quiet(step: str) -> None:
    """Shows no progress."""


def checked_plan(ports: Ports, plan: PlanNamed, say: Say = quiet) -> tuple[PreparedPlan, Question | None]:
    """The plan with all its faults, those by its rules too, and the question whether it may start; None if none can be made.

    Raises PlanFault.
    """
    loaded = ports.plan_files.load(plan.file, plan.project)
    return asked_ahead(ports, check_plan(ports, loaded, say=say), history=plan.history)


def check(ports: Ports, plan: PlanNamed, say: Say = quiet) -> PlanAnswer:
    """Check a plan whole: Ansible reads inventory and playbooks, and runs code of the project for that."""
    try:
        checked, question = checked_plan(ports, plan, say)
    except PlanFault as fault:
        return faulty(plan.name, fault.faults, ())
    asked = answer_ahead(question).still_asked if question is not None else ()
    if checked.faults or question is None:
        return faulty(plan.name, checked.faults, checked.warnings, asked)
    return sound(plan.name, checked, asked)


def check_by_reading(ports: Ports, plan: PlanNamed, say: Say = quiet) -> PlanAnswer:
    """Check a plan as far as that runs no code of its project."""
    try:
        loaded = ports.plan_files.load(plan.file, plan.project)
    except PlanFault as fault:
        return faulty(plan.name, fault.faults, ())
    static = check_statically(ports, loaded, say)
    faults = (*static.checked.faults, *faults_by_rules(ports, static.checked))
    return read_alone(plan.name, faults, static.checked.warnings, UNSEEN, static.code)


def shown(
    ports: Ports, plan: PlanNamed, starts: datetime | None, clocks: Clocks, say: Say = quiet
) -> tuple[PlanAnswer, PlanShown | None]:
    """What a plan will do from a start on, and what a document of it is made of; None where it has faults."""
    try:
        checked, question = checked_plan(ports, plan, say)
    except PlanFault as fault:
        return faulty(plan.name, fault.faults, ()), None
    asked = answer_ahead(replace(question, now=starts or question.now)).still_asked if question else ()
    if checked.faults or question is None:
        return faulty(plan.name, checked.faults, checked.warnings, asked), None
    ahead = times_ahead(question, starts)
    zone = clocks([checked.policy] if checked.policy is not None else [])
    fields = {
        "plan": plan.name,
        "ok": True,
        "faults": [],
        **resolved(checked),
        "point_of_no_return": times_json(ahead),
        "sections": checked.plan.model_dump(mode="json"),
        **asked_json(asked),
    }
    tree = outline(checked, times_outline(ahead, checked.plan.schedule.on_window_close, zone))
    answer = PlanAnswer(fields, (), checked.warnings, tuple(asked_lines(asked)), tree)
    return answer, PlanShown(checked, ahead, zone, asked, question.now)
