"""The flow of deployments: throughput, backlog, adherence to the schedule, lead times (ITIL 4 deployment management, 2.5)."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from orchestrator.domain.journal.lifecycle import STANDS
from orchestrator.policy.measures.period.deployment_facts import START_RESULTS, DeploymentFacts
from orchestrator.policy.measures.period.figured import Figured
from orchestrator.policy.measures.period.figures import Count, count_of, share_of, times_of
from orchestrator.policy.measures.period.span import Period

Facts = Sequence[DeploymentFacts]


def backlog_measures(facts: Facts, period: Period) -> Iterator[Figured]:
    """What came, what went, and what lay there: open at the beginning, plus planned, less ended, is open at the end."""
    yield Figured("planned", count_of(f for f in facts if period.holds(f.planned)))
    yield Figured("begun", count_of(f for f in facts if period.holds(f.begun)))
    yield Figured("ended", count_of(f for f in facts if period.holds(f.ended)))
    yield Figured("open_at_begin", count_of(_open_at(facts, period.begins)))
    still_open = list(_open_at(facts, period.ends))
    waiting = [f for f in still_open if f.begun is None or f.begun >= period.ends]
    yield Figured("open_at_end", count_of(still_open))
    yield Figured("waiting_at_end", count_of(waiting))
    yield Figured("under_way_at_end", Count(count=len(still_open) - len(waiting)))


def _open_at(facts: Facts, at: datetime) -> Iterator[DeploymentFacts]:
    return (f for f in facts if f.planned < at and (f.ended is None or f.ended >= at))


def schedule_measures(facts: Facts, period: Period) -> Iterator[Figured]:
    """Whether what was scheduled began when it was to, and whether runs were over when the window closed."""
    due = [f for f in facts if period.holds(f.starts) and f.start is not None]
    yield Figured("starts_on_time", share_of(f.start == "on_time" for f in due if f.start != "withdrawn"))
    for result in START_RESULTS:
        yield Figured("starts", count_of(f for f in due if f.start == result), result)
    delays = (
        (f.begun - f.starts).total_seconds() for f in due if f.begun is not None and f.starts is not None
    )
    yield Figured("start_delay", times_of(delays))
    in_window = (
        f.last_run <= f.closes
        for f in facts
        if period.holds(f.ended) and f.last_run is not None and f.closes is not None
    )
    yield Figured("ended_in_window", share_of(in_window))


def lead_measures(facts: Facts, period: Period) -> Iterator[Figured]:
    """From planned to begun to completed, of what was completed in the period: all, and what had a time in the schedule."""
    completed = completed_in(facts, period)
    scheduled = [f for f in completed if f.starts is not None]
    for group, chosen in (("all", completed), ("scheduled", scheduled)):
        yield Figured("wait_to_start", times_of(_between(chosen, "planned", "begun")), group)
        yield Figured("start_to_completion", times_of(_between(chosen, "begun", "ended")), group)
        yield Figured("lead_time", times_of(_between(chosen, "planned", "ended")), group)


def completed_in(facts: Facts, period: Period) -> list[DeploymentFacts]:
    """Deployments that were completed in the period, with exceptions or without."""
    return [f for f in facts if period.holds(f.ended) and f.end in STANDS]


def lead_times(facts: Facts, period: Period) -> tuple[float, ...]:
    """Each case of the lead time, in seconds, sorted."""
    return tuple(sorted(_between(completed_in(facts, period), "planned", "ended")))


def _between(facts: Facts, first: str, last: str) -> Iterator[float]:
    for f in facts:
        moments = {"planned": f.planned, "begun": f.begun, "ended": f.ended}
        began, ended = moments[first], moments[last]
        if began is not None and ended is not None:
            yield (ended - began).total_seconds()
