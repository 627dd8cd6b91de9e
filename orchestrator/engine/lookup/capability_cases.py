"""Reads what a capability assessment counts, from the journals of deployments and of the house."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.deployment.review_asked import review_due
from orchestrator.domain.fold.brief import Brief
from orchestrator.domain.journal.events import HOUSE
from orchestrator.domain.rules.capability_criteria import CapabilityCriteria
from orchestrator.engine.lookup.derived_values import DerivedValues
from orchestrator.engine.lookup.period_facts import concerns, facts_until, objectives_of
from orchestrator.engine.lookup.snapshots import survey
from orchestrator.engine.ports import Journal
from orchestrator.errors import StoreFault
from orchestrator.policy.measures.capability.answers import answers_of
from orchestrator.policy.measures.capability.assessing import Answers
from orchestrator.policy.measures.capability.practice_facts import CapabilityCase, practice_facts_of
from orchestrator.policy.measures.period.facts_of import facts_of
from orchestrator.policy.measures.period.span import Period


@dataclass(frozen=True, slots=True)
class CapabilityCases:
    """What there is to count; the reason, by id, for each deployment that cannot be read; and what people answered."""

    cases: tuple[CapabilityCase, ...]
    unreadable: Mapping[str, str]
    answers: Answers


CasesKept = DerivedValues[CapabilityCase]


def cases_kept() -> CasesKept:
    """A memory for cases, of a process that assesses often."""
    return DerivedValues(_case, _until)


def capability_cases(
    journal: Journal,
    criteria: CapabilityCriteria,
    period: Period,
    now: datetime,
    known: CasesKept | None = None,
) -> CapabilityCases:
    """Read the cases for a period and the one before, and the answers that count now. `known`: cases of earlier looks."""
    surveyed = survey(journal)
    unreadable = dict(surveyed.unreadable)
    asked = [brief for brief in surveyed.briefs if _asks(brief, period)]
    cases: list[CapabilityCase] = []
    for name, case in (known or cases_kept()).of(journal, asked, now):
        if isinstance(case, StoreFault):
            unreadable[name] = str(case)
        else:
            cases.append(case)
    answers = answers_of(journal.read(HOUSE), criteria, now)
    return CapabilityCases(tuple(cases), unreadable, answers)


def _asks(brief: Brief, period: Period) -> bool:
    """As in a report; an action that is not done can come due long after the end, and leaves no event."""
    return concerns(brief, period) or (brief.began_at < period.ends and bool(brief.actions_due))


def _case(journal: Journal, d: Deployment, now: datetime) -> CapabilityCase:
    records = tuple(journal.read_condensed(d.id, after=1))
    return CapabilityCase(
        deployment=facts_of(d, records, tuple(objectives_of(d, now)), now),
        practice=practice_facts_of(d, records, now),
    )


def _until(d: Deployment, now: datetime) -> datetime | None:
    """As for its facts, and when a review is due."""
    moments = (facts_until(d, now), review_due(d))
    return min((moment for moment in moments if moment is not None and moment >= now), default=None)
