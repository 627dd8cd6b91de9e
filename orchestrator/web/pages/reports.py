"""Reports of a period with charts and trends, and the assessment of capability."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from orchestrator.adapters.files.capability_file import shipped_criteria
from orchestrator.adapters.report.capability_page import html_assessment
from orchestrator.adapters.report.pdf import pdf_of
from orchestrator.adapters.report.period_csv import csv_report
from orchestrator.adapters.report.period_document import period_document
from orchestrator.adapters.report.period_page import html_report
from orchestrator.domain.journal.events import HOUSE
from orchestrator.engine.lookup.period_facts import period_facts
from orchestrator.engine.lookup.snapshots import survey
from orchestrator.engine.use_cases.assessment import assess_now
from orchestrator.policy.measures.capability.answers import kept_assessments
from orchestrator.policy.measures.period.deployment_facts import HouseFacts
from orchestrator.policy.measures.period.period_report import Asked as AskedFor
from orchestrator.policy.measures.period.period_report import PeriodReport
from orchestrator.policy.measures.period.report_json import report_json_text
from orchestrator.policy.measures.period.report_of import report_of
from orchestrator.policy.measures.period.span import Period
from orchestrator.web.downloads import download
from orchestrator.web.pages.list_rows import given
from orchestrator.web.problems import Problem
from orchestrator.web.report_parts import report_part
from orchestrator.web.routes import Route
from orchestrator.web.seen import seen_by, sees_everything
from orchestrator.web.server_time import LONGEST, day_given, server_zone
from orchestrator.web.templating import page

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from starlette.responses import Response

    from orchestrator.web.request_context import Asked

FILTERS = ("from", "to", "service", "environment", "model")
USUAL, USUAL_ASSESSED = timedelta(days=30), timedelta(days=365)
FORMS = ("csv", "json", "pdf")


class Chosen(NamedTuple):
    """The period and what is counted in it; `wrong` says what was not taken of what was asked for."""

    period: Period
    asked: AskedFor
    wrong: str


def _report(asked: Asked) -> Response:
    zone, filters = server_zone(), given(asked, FILTERS)
    chosen = _chosen(filters, asked.ports.clock.now(), zone, USUAL)
    mine = seen_by(asked, survey(asked.ports.journal).briefs)
    return page(
        "report.html.j2",
        request=asked.request,
        asked=asked,
        report=report_part(html_report(report_for(asked, chosen), zone, part=True)),
        filters=filters,
        shown={"from": _day(chosen.period.begins, zone), "to": _day(chosen.period.ends, zone)},
        wrong=chosen.wrong,
        query=asked.request.url.query,
        services=sorted({brief.service or brief.release for brief in mine}),
        environments=sorted({brief.environment for brief in mine}),
        models=sorted({brief.model for brief in mine if brief.model}),
        everything=sees_everything(asked),
    )


def report_for(asked: Asked, chosen: Chosen) -> PeriodReport:
    """The report of the deployments that may be seen; what concerns no deployment counts for whoever sees all of them."""
    journal, now = asked.ports.journal, asked.ports.clock.now()
    facts = period_facts(journal, chosen.period, now, asked.service.memory.facts)
    if sees_everything(asked):
        counted, house, unreadable = facts.deployments, facts.house, tuple(facts.unreadable)
    else:
        names = {brief.id for brief in seen_by(asked, survey(journal).briefs)}
        counted = tuple(each for each in facts.deployments if each.id in names)
        house, unreadable = HouseFacts(), ()
    return report_of(counted, chosen.period, now, asked=chosen.asked, house=house, unreadable=unreadable)


def _file(asked: Asked) -> Response:
    form = asked.request.path_params["form"]
    if form not in FORMS:
        raise Problem(404, "not_found", f"There is no such form of a report; there are {', '.join(FORMS)}.")
    zone = server_zone()
    chosen = _chosen(given(asked, FILTERS), asked.ports.clock.now(), zone, USUAL)
    if chosen.wrong:
        raise Problem(400, "usage", f"Expected a period of days; found {chosen.wrong}. Correct the address.")
    made = report_for(asked, chosen)
    name = f"report-{_day(chosen.period.begins, zone)}-{_day(chosen.period.ends, zone)}"
    content: str | bytes = csv_report(made) if form == "csv" else report_json_text(made)
    if form == "pdf":
        content = pdf_of(period_document(made, zone, report_json_text(made).encode()))
    return download(name, form, content)


def _capability(asked: Asked) -> Response:
    if not sees_everything(asked):
        detail = "An assessment is over all services and environments: it asks for a role everywhere."
        raise Problem(403, "refused", detail)
    zone, filters, criteria = server_zone(), given(asked, FILTERS), shipped_criteria()
    chosen = _chosen(filters, asked.ports.clock.now(), zone, USUAL_ASSESSED)
    made = assess_now(asked.ports, criteria, chosen.period, chosen.asked, asked.service.memory.cases)
    return page(
        "capability.html.j2",
        request=asked.request,
        asked=asked,
        assessment=report_part(html_assessment(made, criteria, zone, part=True)),
        kept=[
            (record.at, event)
            for record, event in reversed(kept_assessments(asked.ports.journal.read(HOUSE)))
        ],
        filters=filters,
        shown={"from": _day(chosen.period.begins, zone), "to": _day(chosen.period.ends, zone)},
        wrong=chosen.wrong,
    )


def _chosen(filters: dict[str, str], now: datetime, zone: ZoneInfo, usual: timedelta) -> Chosen:
    """A day given as the end is counted whole."""
    days = {name: day_given(filters[name], zone) for name in ("from", "to")}
    wrong = [f"{name}: {filters[name]}" for name, day in days.items() if filters[name] and day is None]
    ends = _next_day(days["to"], zone) if days["to"] is not None else now
    begins = days["from"] if days["from"] is not None else ends - usual
    if not begins < ends <= begins + LONGEST:
        wrong.append(f"an end that is not after the beginning, or more than {LONGEST.days} days later")
        begins, ends = now - usual, now
    asked = AskedFor(**{name: filters[name] or None for name in ("service", "environment", "model")})
    return Chosen(Period(begins=begins, ends=ends), asked, "; ".join(wrong))


def _next_day(day: datetime, zone: ZoneInfo) -> datetime:
    """The first moment of the day after: days are 23 and 25 hours long where clocks change."""
    local = day.astimezone(zone)
    return (local + timedelta(days=1)).astimezone(UTC)


def _day(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d}"


ROUTES = (
    Route("GET", "/reports", "see", _report),
    Route("GET", "/reports/files/{form}", "see", _file),
    Route("GET", "/reports/capability", "see", _capability),
)
