"""Release plans of projects: a list, what can be seen of one without running code, and the whole check."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from starlette.concurrency import run_in_threadpool

from orchestrator.adapters.report.document_page import html_of
from orchestrator.adapters.report.plan_document import PlanAsked, plan_document
from orchestrator.engine.planning.plan_check import check_plan
from orchestrator.engine.planning.static_check import UNSEEN, check_statically
from orchestrator.engine.use_cases.preview import asked_ahead, faults_by_rules
from orchestrator.errors import OrchError, PlanFault
from orchestrator.policy.authority.answer_ahead import answer_ahead
from orchestrator.policy.authority.times_ahead import times_ahead
from orchestrator.policy.telling.words.still_asked import asked_lines
from orchestrator.policy.telling.words.strategy_words import strategy_words
from orchestrator.web.pages.list_rows import page_of_list
from orchestrator.web.plan_files import PlanFile, plan_named, plans_seen
from orchestrator.web.problems import Problem
from orchestrator.web.report_parts import report_part
from orchestrator.web.routes import Route
from orchestrator.web.server_time import zone_of_policies
from orchestrator.web.templating import page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import Response

    from orchestrator.web.request_context import Asked

AT_ONCE = 50
"""Plans of a page of the list. A check digests the tree of its project, so that it belongs on the page of one plan."""


class PlanAnswer(NamedTuple):
    """What a check found: `whole` with Ansible, else by reading alone, and then `unseen` says what that cannot see."""

    whole: bool
    faults: tuple[str, ...]
    warnings: tuple[str, ...]
    asked: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    document: str = ""


def _plans(asked: Asked) -> Response:
    plans = list(plans_seen(asked))
    shown, pages = page_of_list(asked, plans, {}, AT_ONCE)
    return page(
        "plans.html.j2",
        request=asked.request,
        asked=asked,
        rows=shown,
        pages=pages,
        number=len(plans),
        projects=asked.service.projects,
    )


def _plan(asked: Asked) -> Response:
    plan = _found(asked)
    return _shown(asked, plan, read_only(asked, plan))


async def _check(asked: Asked) -> Response:
    """The whole check runs plugins and lookups of the project, as `orch plan check` does; it takes seconds."""
    return await run_in_threadpool(_checked, asked)


def _checked(asked: Asked) -> Response:
    plan = _found(asked)
    if plan.place is None or not asked.may("plan", plan.place):
        raise Problem(403, "refused", f"{asked.person} may not check this plan.")
    return _shown(asked, plan, whole_check(asked, plan))


def _shown(asked: Asked, plan: PlanFile, answer: PlanAnswer) -> Response:
    return page(
        "project_plan.html.j2",
        request=asked.request,
        asked=asked,
        plan=plan,
        answer=answer,
        document=report_part(answer.document),
        may_check=plan.place is not None and asked.may("plan", plan.place),
    )


def _found(asked: Asked) -> PlanFile:
    plan = plan_named(asked, asked.request.path_params["project"], asked.request.path_params["plan"])
    if plan is None:
        raise Problem(404, "not_found", "There is no such plan, or you may not see it.")
    return plan


def read_only(asked: Asked, plan: PlanFile) -> PlanAnswer:
    """What `orch plan check --static` answers: no code of the project is run."""
    if plan.loaded is None:
        return PlanAnswer(whole=False, faults=plan.faults, warnings=())
    try:
        checked = check_statically(asked.ports, plan.loaded).checked
        faults = (*checked.faults, *faults_by_rules(asked.ports, checked))
    except PlanFault as fault:
        return PlanAnswer(whole=False, faults=_words(fault.faults), warnings=())
    except OrchError as fault:
        return PlanAnswer(whole=False, faults=(str(fault),), warnings=())
    return PlanAnswer(whole=False, faults=_words(faults), warnings=_words(checked.warnings), unseen=UNSEEN)


def whole_check(asked: Asked, plan: PlanFile) -> PlanAnswer:
    """What `orch plan check` answers, and the document of a plan without faults. Nothing is put on a journal."""
    if plan.loaded is None:
        return read_only(asked, plan)
    ports = asked.ports
    try:
        checked, question = asked_ahead(ports, check_plan(ports, plan.loaded), history=True)
    except PlanFault as fault:
        return PlanAnswer(whole=True, faults=_words(fault.faults), warnings=())
    if checked.faults or question is None:
        return PlanAnswer(whole=True, faults=_words(checked.faults), warnings=_words(checked.warnings))
    still = tuple(asked_lines(answer_ahead(question).still_asked))
    zone = zone_of_policies([checked.policy] if checked.policy is not None else [])
    shown = PlanAsked(checked, strategy_words(checked), times_ahead(question), zone, still)
    document = html_of(plan_document(shown, ports.clock.now()), part=True)
    return PlanAnswer(
        whole=True, faults=(), warnings=_words(checked.warnings), asked=still, document=document
    )


def _words(faults: Sequence[object]) -> tuple[str, ...]:
    return tuple(map(str, faults))


ROUTES = (
    Route("GET", "/plans", "see", _plans),
    Route("GET", "/plans/{project}/{plan:path}", "see", _plan),
    Route("POST", "/plans/{project}/{plan:path}", "plan", _check),
)
