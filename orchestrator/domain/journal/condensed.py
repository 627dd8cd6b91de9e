"""Events without their long lists: items that are as expected are only counted, for thousands of hosts."""

from dataclasses import dataclass
from datetime import datetime
from functools import singledispatch

from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import Event, Recorded
from orchestrator.domain.plan.check import CheckResult
from orchestrator.domain.text.model_base import Many, Noun


class Counts(Noun):
    """The totals of the whole event: check results, hosts with results, hosts that are done, configuration items."""

    answers: int = 0
    hosts: int = 0
    done: int = 0
    items: int = 0


NOTHING = Counts.of_valid()


@dataclass(frozen=True, slots=True)
class Condensed:
    """A record whose event lacks passed results, hosts that are done and baselines; `counts` has their totals."""

    seq: int
    at: datetime
    event: Event
    counts: Counts = NOTHING


def condensed(record: Recorded) -> Condensed:
    """The record, condensed."""
    return Condensed(record.seq, record.at, *condense(record.event))


@singledispatch
def condense(event: Event) -> tuple[Event, Counts]:
    """The event without its long lists, and the totals of the whole. An event without long lists is returned as it is."""
    return event, NOTHING


Checked = e.EnvironmentVerified | e.DeploymentRefused | e.EntryChecked | e.WaveChecked


@condense.register(e.EnvironmentVerified)
@condense.register(e.DeploymentRefused)
@condense.register(e.EntryChecked)
@condense.register(e.WaveChecked)
def _checked(event: Checked) -> tuple[Event, Counts]:
    complaints = tuple(result for result in event.results if result.answer != "passed")
    return event.model_copy(update={"results": complaints}), counts_of_checks(event.results)


@condense.register
def _attempt_ended(event: e.AttemptEnded) -> tuple[Event, Counts]:
    hosts = event.outcome.hosts
    down = tuple(host for host in hosts if host.result != "done")
    outcome = event.outcome.model_copy(update={"hosts": down})
    return event.model_copy(update={"outcome": outcome}), Counts.of_valid(done=len(hosts) - len(down))


@condense.register(e.BaselineCaptured)
@condense.register(e.ChangesCompared)
@condense.register(e.RestorationCompared)
def _captured(
    event: e.BaselineCaptured | e.ChangesCompared | e.RestorationCompared,
) -> tuple[Event, Counts]:
    items = sum(reference.items for reference in event.baselines)
    counts = Counts.of_valid(hosts=len(event.baselines), items=items)
    return event.model_copy(update={"baselines": ()}), counts


@condense.register
def _compared_first(event: e.BackoutCompared) -> tuple[Event, Counts]:
    items = sum(reference.items for reference in event.equal)
    return event.model_copy(update={"equal": ()}), Counts.of_valid(hosts=len(event.equal), items=items)


def counts_of_checks(results: Many[CheckResult]) -> Counts:
    """The number of results, and of their hosts."""
    return Counts.of_valid(answers=len(results), hosts=len({result.host for result in results}))
