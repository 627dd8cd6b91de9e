"""The schedule of change as one self-contained page: months with bookings, windows, freezes and conflicts."""

from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from jinja2 import Environment

from orchestrator.adapters.report.grouping import names
from orchestrator.adapters.report.months import freezes_of, months_of
from orchestrator.adapters.report.templating import environment, page_of
from orchestrator.domain.text.format import counted
from orchestrator.policy.calendar.published_schedule import PublishedSchedule
from orchestrator.policy.telling.words.schedule_words import (
    blocked_words,
    conflict_words,
    machine_words,
    when_words,
)


def html_calendar(schedule: PublishedSchedule, zone: ZoneInfo, *, part: bool = False) -> str:
    """The page, or a `part` for another page, in the time of this zone. No script, no external address, every text escaped."""
    return page_of(
        _environment(),
        "calendar.html.j2",
        part=part,
        schedule=schedule,
        zone=zone,
        months=months_of(schedule, zone),
        freezes=freezes_of(schedule.spans),
        conflicts=[conflict_words(conflict, zone) for conflict in schedule.conflicts],
        conflict_of={
            b.id: [conflict_words(conflict, zone, b.id) for conflict in schedule.conflicts_of(b.id)]
            for b in schedule.bookings
        },
        unknown={b.id: machine_words(b) for b in schedule.bookings},
        blocked={b.id: blocked_words(b) for b in schedule.bookings},
    )


@cache
def _environment() -> Environment:
    return environment({"when": _when, "counted": counted, "names": names, "percent": lambda x: f"{x:.2f}"})


def _when(moment: datetime, zone: ZoneInfo) -> str:
    return when_words(moment, zone)
