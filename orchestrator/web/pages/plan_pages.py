"""The plan of a deployment: what it does, as it is signed, and how it differs from what was approved and from what stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestrator.adapters.report.document_page import html_of
from orchestrator.adapters.report.plan_document import PlanAsked, plan_document
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.engine.lookup.admission_facts import question_of
from orchestrator.engine.lookup.plan_on_record import approvals_covering, plan_on_record, standing_before
from orchestrator.engine.lookup.snapshots import folded, survey
from orchestrator.errors import OrchError
from orchestrator.policy.authority.answer_ahead import answer_ahead
from orchestrator.policy.authority.times_ahead import TimesAhead, times_ahead
from orchestrator.policy.authority.word_checks import approval_words
from orchestrator.policy.telling.words.still_asked import asked_lines
from orchestrator.policy.telling.words.strategy_words import strategy_words
from orchestrator.web.report_parts import report_part
from orchestrator.web.routes import Route
from orchestrator.web.seen import seen_by
from orchestrator.web.server_time import zone_of_policies
from orchestrator.web.templating import page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import Response

    from orchestrator.domain.rules.prepared_plan import PreparedPlan
    from orchestrator.web.request_context import Asked


def _plan(asked: Asked) -> Response:
    journal = asked.ports.journal
    d = folded(journal, asked.request.path_params["deployment"])
    others = seen_by(asked, survey(journal).briefs)
    checked = plan_on_record(journal, d)
    return page(
        "plan.html.j2",
        request=asked.request,
        asked=asked,
        d=d,
        checked=checked,
        document=report_part(_document(asked, d, checked)),
        covers=[(approval_words(each.signed), each) for each in approvals_covering(journal, d, others)],
        before=standing_before(journal, d, others),
        may_approve=not d.over and asked.may("approve"),
    )


def _document(asked: Asked, d: Deployment, checked: PreparedPlan) -> str:
    """The document for sign-off. Its times are shown before the start, as far as everything that they need can be read."""
    ahead, still = _ahead(asked, d)
    zone = zone_of_policies([checked.policy] if checked.policy is not None else [])
    shown = PlanAsked(checked, strategy_words(checked), ahead, zone, still)
    return html_of(plan_document(shown, asked.ports.clock.now()), part=True)


def _ahead(asked: Asked, d: Deployment) -> tuple[TimesAhead | None, Sequence[str]]:
    if d.over or d.authority.opened_at is not None or d.authority.effective is None:
        return None, ()
    try:
        question = question_of(asked.ports, d, asked.ports.clock.now())
        return times_ahead(question), tuple(asked_lines(answer_ahead(question).still_asked))
    except OrchError as unreadable:
        return None, (f"What is still asked cannot be said: {unreadable}",)


ROUTES = (Route("GET", "/deployments/{deployment}/plan", "see", _plan, about="deployment"),)
