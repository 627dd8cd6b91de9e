"""What spans deployments, over the API: who asks, the schedule of change, measures of a period, configuration items."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

from pydantic import AwareDatetime, Field
from starlette.responses import Response

from orchestrator.domain.cmdb.ci import Ci
from orchestrator.engine.lookup.cmdb_items import service_needs
from orchestrator.engine.lookup.period_facts import period_facts
from orchestrator.engine.lookup.snapshots import survey
from orchestrator.engine.use_cases.bookings_between import bookings_between
from orchestrator.policy.calendar.published_schedule import PublishedSchedule, published
from orchestrator.policy.measures.period.period_report import Asked as Narrowed
from orchestrator.policy.measures.period.period_report import PeriodReport
from orchestrator.policy.measures.period.report_of import report_of
from orchestrator.policy.measures.period.span import Period
from orchestrator.web.api.answering import answered
from orchestrator.web.api.described import Described
from orchestrator.web.api.models import CiLine, CiList, Who
from orchestrator.web.api.pages_of_lists import Paged, page_of
from orchestrator.web.api.reading import Given, query_of
from orchestrator.web.problems import Problem
from orchestrator.web.routes import Route
from orchestrator.web.seen import seen_by, sees_everything

if TYPE_CHECKING:
    from datetime import datetime

    from orchestrator.web.request_context import Asked

AHEAD, BACK, LONGEST = timedelta(days=90), timedelta(days=30), timedelta(days=3660)
Word = Annotated[str, Field(max_length=200)]


class Span(Given):
    """From when to when; without them a usual time."""

    begins: AwareDatetime | None = None
    ends: AwareDatetime | None = None


class PeriodWanted(Span):
    """The period, and what is counted in it."""

    service: Word | None = None
    model: Word | None = None
    environment: Word | None = None


class CisWanted(Paged):
    """Items whose name or id has these letters."""

    text: Word = ""


def _me(asked: Asked) -> Response:
    access = asked.access
    if access is None:
        raise Problem(401, "unauthenticated", "Log in, or send a token.")
    roles = [grant.model_dump(mode="json") for grant in access.grants]
    return answered(asked, Who(person=access.person, login=access.login, channel=access.channel, roles=roles))


def _schedule(asked: Asked) -> Response:
    wanted, now = query_of(asked, Span), asked.ports.clock.now()
    first, last = _span(wanted, now, now + AHEAD)
    known, _ = bookings_between(asked.ports, seen_by(asked, survey(asked.ports.journal).briefs), first, now)
    bookings = [each for each in known if each.is_booked]
    return answered(asked, published(bookings, (), first, last, service_needs(asked.ports)))


def _period(asked: Asked) -> Response:
    _refuse_partial(asked)
    wanted, now = query_of(asked, PeriodWanted), asked.ports.clock.now()
    first, last = _span(wanted, now - BACK, now)
    period = Period(begins=first, ends=last)
    facts = period_facts(asked.ports.journal, period, now, asked.service.memory.facts)
    narrowed = Narrowed(service=wanted.service, model=wanted.model, environment=wanted.environment)
    made = report_of(
        facts.deployments, period, now, asked=narrowed, house=facts.house, unreadable=tuple(facts.unreadable)
    )
    return answered(asked, made)


def _cis(asked: Asked) -> Response:
    _refuse_partial(asked)
    wanted = query_of(asked, CisWanted)
    letters = wanted.text.casefold()
    meant = [
        ci
        for ci in asked.service.memory.cis.now(asked.ports).cis
        if letters in f"{ci.id} {ci.name}".casefold()
    ]
    part, following = page_of(meant, wanted, lambda ci: ci.id)
    lines = [
        CiLine(id=ci.id, kind=ci.kind, name=ci.name, environment=ci.environment, status=ci.status)
        for ci in part
    ]
    return answered(asked, CiList(items=lines, next=following))


def _ci(asked: Asked) -> Response:
    _refuse_partial(asked)
    wanted = str(asked.request.path_params["ci"])
    item = next((ci for ci in asked.service.memory.cis.now(asked.ports).cis if ci.id == wanted), None)
    if item is None:
        raise Problem(404, "not_found", "There is no configuration item with this id.")
    return answered(asked, item)


def _refuse_partial(asked: Asked) -> None:
    """Figures and items are of all services; whoever sees a part of them is shown none."""
    if not sees_everything(asked):
        raise Problem(
            403, "refused", "This counts all services and environments, and your roles are for some of them."
        )


def _span(wanted: Span, begins: datetime, ends: datetime) -> tuple[datetime, datetime]:
    first, last = wanted.begins or begins, wanted.ends or ends
    if not timedelta(0) < last - first <= LONGEST:
        raise Problem(422, "faults", "`ends` must be after `begins`, and at most ten years.")
    return first, last


ROUTES = (
    Route("GET", "/api/v1/me", "see", _me, described=Described("Show who asks, and with which roles", Who)),
    Route(
        "GET",
        "/api/v1/schedule",
        "see",
        _schedule,
        described=Described("Show the schedule of change", PublishedSchedule, query=Span, tagged=True),
    ),
    Route(
        "GET",
        "/api/v1/measures",
        "see",
        _period,
        described=Described("Measure a period, beside the one before it", PeriodReport, query=PeriodWanted),
    ),
    Route(
        "GET",
        "/api/v1/cmdb/items",
        "see",
        _cis,
        described=Described("List configuration items", CiList, query=CisWanted, tagged=True),
    ),
    Route(
        "GET",
        "/api/v1/cmdb/items/{ci:path}",
        "see",
        _ci,
        described=Described("Show a configuration item with its changes and relations", Ci, tagged=True),
    ),
)
