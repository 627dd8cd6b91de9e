"""People answer the questions of capability criteria, and keep assessments, on the journal of the house."""

from datetime import datetime

from orchestrator.domain.evidence.capability import CapabilityAnswer, CapabilityAssessment
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import HOUSE
from orchestrator.domain.rules.capability_criteria import CapabilityCriteria, Criterion
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.house_journal import append_to_house
from orchestrator.engine.lookup.capability_cases import CasesKept, capability_cases
from orchestrator.engine.ports import Ports
from orchestrator.engine.speaking import speak_about
from orchestrator.errors import NotFound, Refused
from orchestrator.policy.measures.capability.answers import latest_end
from orchestrator.policy.measures.capability.assessing import assess
from orchestrator.policy.measures.period.period_report import Asked
from orchestrator.policy.measures.period.span import Period


def assess_now(
    ports: Ports,
    criteria: CapabilityCriteria,
    period: Period,
    asked: Asked,
    known_cases: CasesKept | None = None,
) -> CapabilityAssessment:
    """The assessment of a period as of now. Nothing is recorded. `known_cases`: those of earlier assessments."""
    now = ports.clock.now()
    known = capability_cases(ports.journal, criteria, period, now, known_cases)
    return assess(
        criteria,
        known.cases,
        known.answers,
        period,
        now,
        asked=asked,
        unreadable=len(known.unreadable),
    )


def asked_of_people(criteria: CapabilityCriteria, name: str) -> Criterion:
    """The criterion of this name with its question. Raises NotFound, and Refused where nobody is asked."""
    criterion = criteria.named(name)
    if criterion is None:
        raise NotFound(f"There is no criterion {plain(name, 80)}; orch assess questions names them.")
    if criterion.question is None:
        raise Refused(
            f"{criterion.criterion} is judged by records alone. orch assess questions names what people answer."
        )
    return criterion


def answer(
    ports: Ports,
    criteria: CapabilityCriteria,
    name: str,
    word: CapabilityAnswer,
    *,
    note: str,
    until: datetime | None,
    by: str,
) -> e.CriterionAnswered:
    """Put an answer on the house's journal; signed where the house trusts keys. Raises NotFound, Refused, Conflict."""
    now = ports.clock.now()
    criterion, latest = asked_of_people(criteria, name), latest_end(criteria, now)
    ends = until if until is not None else latest
    if not now < ends <= latest:
        raise Refused(
            f"--until: expected a time after now, and at most {latest:%Y-%m-%d %H:%M} UTC, found {ends:%Y-%m-%d %H:%M} UTC: an "
            "answer is asked anew at least that often."
        )
    event = e.CriterionAnswered(
        criteria=criteria.criteria,
        criterion=criterion.criterion,
        question=criterion.question or "",
        answer=word,
        note=note,
        until=ends,
        by=by,
    )
    spoken = speak_about(ports, event, "assess", HOUSE, None)
    append_to_house(ports.journal, spoken)
    return spoken


def keep(ports: Ports, assessment: CapabilityAssessment, *, reason: str, by: str) -> e.AssessmentKept:
    """Put an assessment on the house's journal; signed where the house trusts keys. Raises Refused, Conflict."""
    if assessment.begins >= assessment.made:
        raise Refused(
            f"The period begins on {assessment.begins:%Y-%m-%d %H:%M} UTC, which is still to come: nothing is kept of it."
        )
    event = e.AssessmentKept(assessment=assessment, reason=reason, by=by)
    spoken = speak_about(ports, event, "assess", HOUSE, None)
    append_to_house(ports.journal, spoken)
    return spoken
