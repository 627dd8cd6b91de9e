"""Reads what a report of a period counts, from the journals of deployments and of the house."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.brief import Brief
from orchestrator.domain.journal.events import HOUSE
from orchestrator.domain.journal.lifecycle import STANDS
from orchestrator.engine.lookup.derived_values import DerivedValues
from orchestrator.engine.lookup.snapshots import survey
from orchestrator.engine.ports import Journal
from orchestrator.errors import StoreFault
from orchestrator.policy.course.objectives import outcomes_of
from orchestrator.policy.measures.period.deployment_facts import (
    DeploymentFacts,
    HouseFacts,
    ObjectiveFact,
)
from orchestrator.policy.measures.period.facts_of import facts_of, house_facts_of
from orchestrator.policy.measures.period.span import Period


@dataclass(frozen=True, slots=True)
class PeriodFacts:
    """What there is to count; the reason, by id, for each deployment that cannot be read."""

    deployments: tuple[DeploymentFacts, ...]
    house: HouseFacts
    unreadable: Mapping[str, str]


FactsKept = DerivedValues[DeploymentFacts]


def facts_kept() -> FactsKept:
    """A memory for facts, of a process that is asked for many reports."""
    return DerivedValues(deployment_facts, facts_until)


def period_facts(
    journal: Journal, period: Period, now: datetime, known: FactsKept | None = None
) -> PeriodFacts:
    """Read the facts for a period and the one before: of every deployment that was open then, or of which anything happened.

    Briefs say which those can be. `known`: facts of earlier reports.
    """
    surveyed = survey(journal)
    unreadable = dict(surveyed.unreadable)
    made: list[DeploymentFacts] = []
    concerned = [brief for brief in surveyed.briefs if concerns(brief, period)]
    for name, facts in (known or facts_kept()).of(journal, concerned, now):
        if isinstance(facts, StoreFault):
            unreadable[name] = str(facts)
        else:
            made.append(facts)
    return PeriodFacts(tuple(made), house_facts_of(journal.read(HOUSE)), unreadable)


def deployment_facts(journal: Journal, d: Deployment, now: datetime) -> DeploymentFacts:
    """The facts of one deployment. Raises StoreFault."""
    return facts_of(d, journal.read_condensed(d.id, after=1), tuple(objectives_of(d, now)), now)


def facts_until(d: Deployment, now: datetime) -> datetime | None:
    """When time alone next changes its facts: its start is due, or an objective."""
    moments = [d.schedule.starts, *(outcome.due for outcome in outcomes_of(d, now))]
    return min((moment for moment in moments if moment is not None and moment >= now), default=None)


def concerns(brief: Brief, period: Period) -> bool:
    """Whether it can be in a figure: it was planned by then, and not over and silent before the period before.

    An overdue objective leaves no event, so a deployment that stands is read whenever it ended.
    """
    if brief.began_at >= period.ends:
        return False
    return not brief.over or brief.state in STANDS or brief.last_at >= period.before.begins


def objectives_of(d: Deployment, now: datetime) -> Iterator[ObjectiveFact]:
    """Those that can be measured, of what is deployed and over: measured, or due by now."""
    for outcome in outcomes_of(d, now):
        if outcome.name in ("achieved", "not achieved") and outcome.measured is not None:
            yield ObjectiveFact(
                result="achieved" if outcome.name == "achieved" else "not achieved",
                at=outcome.measured.at,
                accepted=outcome.accepted is not None,
            )
        elif outcome.overdue and outcome.due is not None:
            yield ObjectiveFact(result="not yet known", at=outcome.due, accepted=False)
