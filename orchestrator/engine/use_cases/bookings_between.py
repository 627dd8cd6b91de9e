"""The part of the schedule of change that reaches into a stretch of time, without reading what ended long before it."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from orchestrator.domain.calendar.schedule_of_change import Booking
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.brief import Brief
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.domain.text.names import as_read
from orchestrator.engine.lookup.snapshots import each_of
from orchestrator.engine.ports import Ports
from orchestrator.engine.use_cases.schedule import completed_by, measured_by, policies_of
from orchestrator.policy.calendar.bookings import bookings_of

Kind = tuple[str, str]
MOST_LIKE_IT = 40
"""Ended deployments of a release in an environment that are read for the times of an open one."""


def bookings_between(
    ports: Ports, briefs: Sequence[Brief], begins: datetime, now: datetime
) -> tuple[tuple[Booking, ...], tuple[ReleasePolicy, ...]]:
    """The bookings of these deployments (newest first) that end after `begins`, and the policies that bind open ones.

    Read are those that were open then, and of each kind that is open now the newest ended ones, whose times are measured.
    """
    names = [brief.id for brief in briefs if not brief.over or brief.last_at >= begins]
    names += _measuring(briefs, set(names))
    order = {brief.id: number for number, brief in enumerate(briefs)}
    read = [
        d
        for _, d in each_of(ports.journal, sorted(names, key=order.__getitem__))
        if isinstance(d, Deployment)
    ]
    measured, completed = measured_by(ports.journal, read), completed_by(ports.journal, read)
    return bookings_of(read, now, measured, completed), policies_of(d for d in read if not d.over)


def _measuring(briefs: Iterable[Brief], known: set[str]) -> Iterator[str]:
    """The newest ended deployments of each release and environment that is open."""
    wanted = dict.fromkeys((_kind(brief) for brief in briefs if not brief.over), 0)
    for brief in briefs:
        kind = _kind(brief)
        if brief.over and kind in wanted and wanted[kind] < MOST_LIKE_IT:
            wanted[kind] += 1
            if brief.id not in known:
                yield brief.id


def _kind(brief: Brief) -> Kind:
    return as_read(brief.release), as_read(brief.environment)
