"""Plans of the projects that the server knows, over the API: which there are, what a check finds, and what one would do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AwareDatetime, Field

from orchestrator.domain.authority.access import Place
from orchestrator.domain.calendar.local_time import zone_of
from orchestrator.engine.use_cases import plan_answers
from orchestrator.errors import Fault
from orchestrator.policy.authority.plan_answer import PlanAnswer
from orchestrator.web.api.answering import answered
from orchestrator.web.api.described import Described
from orchestrator.web.api.models import Answered
from orchestrator.web.api.pages_of_lists import Paged, page_of
from orchestrator.web.api.reading import Given, body_of, query_of
from orchestrator.web.plan_files import PlanFile, plan_called, plans_seen
from orchestrator.web.problems import Problem
from orchestrator.web.routes import Route
from orchestrator.web.server_time import zone_of_policies

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from starlette.responses import Response

    from orchestrator.policy.telling.outline import Branch
    from orchestrator.web.request_context import Asked

PlanName = Annotated[str, Field(min_length=3, max_length=600, pattern=r"^[^/\x00]+/[^\x00]+$")]
"""A project that the server knows, and the file in it: `shop/plans/shop-1.0.0.yml`."""


class PlanLine(Answered):
    """A plan in a list; release, version and environment are empty where its file has faults."""

    plan: str
    release: str
    version: str
    environment: str
    faults: list[str]


class PlanList(Answered):
    """A page of plans by project and file; `next` is the `after` of the next page."""

    items: list[PlanLine]
    next: str | None


class CheckGiven(Given):
    """`static`: run no code of the project."""

    plan: PlanName
    static: bool = False


class PreviewGiven(Given):
    """`at`: the start [default: now, or the next opening]; `zone`: whose clocks the lines show."""

    plan: PlanName
    at: AwareDatetime | None = None
    zone: Annotated[str, Field(max_length=80)] | None = None


class OutlineLine(Answered):
    """A line with the lines below it; `loud` marks what nobody may overlook."""

    text: str
    loud: bool
    below: list[OutlineLine]


class PlanAnswered(Answered):
    """`answer`: the JSON that `orch plan check` and `orch plan show` print; `lines` and `outline`: the same for people."""

    answer: dict[str, Any]
    lines: list[str]
    outline: OutlineLine | None


def _list(asked: Asked) -> Response:
    wanted = query_of(asked, Paged)
    part, following = page_of(list(plans_seen(asked)), wanted, lambda plan: plan.called)
    return answered(asked, PlanList(items=[_line(plan) for plan in part], next=following))


def _line(plan: PlanFile) -> PlanLine:
    faults = [_named_here(plan, text) for text in plan.faults]
    if plan.loaded is None:
        return PlanLine(plan=plan.called, release="", version="", environment="", faults=faults)
    written = plan.loaded.plan
    return PlanLine(
        plan=plan.called,
        release=written.release.name,
        version=written.release.version,
        environment=written.resources.environment,
        faults=faults,
    )


def _check(asked: Asked) -> Response:
    given = body_of(asked, CheckGiven)
    plan = plan_to(asked, given.plan)
    act = plan_answers.check_by_reading if given.static else plan_answers.check
    return answered(asked, _whole(plan, act(asked.ports, _named(plan))))


def _preview(asked: Asked) -> Response:
    given = body_of(asked, PreviewGiven)
    zone = zone_asked(given.zone)
    plan = plan_to(asked, given.plan)

    def clocks(policies: Sequence[Any]) -> ZoneInfo:
        return zone if zone is not None else zone_of_policies(policies)

    answer, _ = plan_answers.shown(asked.ports, _named(plan), given.at, clocks)
    return answered(asked, _whole(plan, answer))


def plan_to(asked: Asked, name: str) -> PlanFile:
    """The plan of this name, where whoever asks may have it checked. Raises Problem.

    A plan that cannot be read belongs nowhere; whoever may see it may have its faults.
    """
    plan = plan_called(asked, name)
    if not asked.may("plan", plan.place if plan.place is not None else Place()):
        asked.service.doors.refused(asked.request, asked.access, "plan", "the role does not allow it there")
        raise Problem(403, "refused", f"{asked.person} may not check this plan.")
    return plan


def zone_asked(name: str | None) -> ZoneInfo | None:
    """The zone of this name. Raises Problem for one that there is not."""
    zone = None if name is None else zone_of(name)
    if name is not None and zone is None:
        fault = {"in": "body", "path": "zone", "expected": "a time zone such as Europe/Berlin"}
        raise Problem(422, "faults", "zone: there is no such time zone.", faults=[fault])
    return zone


def _named(plan: PlanFile) -> plan_answers.PlanNamed:
    return plan_answers.PlanNamed(plan.called, plan.file, plan.project)


def _whole(plan: PlanFile, answer: PlanAnswer) -> PlanAnswered:
    fields = {**answer.fields}
    for kind in ("faults", "warnings"):
        if kind in fields:
            fields[kind] = [{**item, "file": _named_here(plan, item["file"])} for item in fields[kind]]
    lines = [_named_here(plan, line) for line in answer.lines]
    return PlanAnswered(
        answer=fields, lines=lines, outline=None if answer.outline is None else _outline(answer.outline)
    )


def _outline(branch: Branch) -> OutlineLine:
    return OutlineLine(text=branch.text, loud=branch.loud, below=[_outline(each) for each in branch.below])


def named_as_called(plan: PlanFile, fault: Fault) -> Fault:
    """The fault, with its file as the API names it: where a project lies on the server is not said."""
    return replace(fault, file=_named_here(plan, fault.file))


def _named_here(plan: PlanFile, text: str) -> str:
    return text.replace(f"{plan.project}/", f"{plan.project_name}/")


ROUTES = (
    Route(
        "GET",
        "/api/v1/plans",
        "see",
        _list,
        described=Described("List the plans that a deployment can be of", PlanList, query=Paged, tagged=True),
    ),
    Route(
        "POST",
        "/api/v1/plan-checks",
        "plan",
        _check,
        described=Described(
            "Check a plan with its project, as orch plan check does",
            PlanAnswered,
            CheckGiven,
            problems=(404,),
        ),
    ),
    Route(
        "POST",
        "/api/v1/plan-previews",
        "plan",
        _preview,
        described=Described(
            "Show what a plan would do, as orch plan show does", PlanAnswered, PreviewGiven, problems=(404,)
        ),
    ),
)
