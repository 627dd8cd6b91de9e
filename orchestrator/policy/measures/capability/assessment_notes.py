"""What an assessment is about, in sentences: its level, its period, what it rests on, and what to do first."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from orchestrator.domain.evidence.capability import CapabilityAssessment
from orchestrator.domain.rules.capability_criteria import CapabilityCriteria
from orchestrator.domain.text.format import counted
from orchestrator.policy.measures.capability.capability_words import level_words
from orchestrator.policy.measures.period.period_words import period_words
from orchestrator.policy.measures.period.span import Period


def headline(assessment: CapabilityAssessment, criteria: CapabilityCriteria) -> str:
    """Such as `Capability of deployment management: level 2 of 5 (achieves its purpose systematically)`."""
    return f"{criteria.title}: {level_words(assessment.level)}"


def scope_words(assessment: CapabilityAssessment) -> str:
    """Which deployments are assessed."""
    pairs = (("service", assessment.service), ("environment", assessment.environment))
    return ", ".join(f"{what} {name}" for what, name in pairs if name is not None) or "all deployments"


def span_words(assessment: CapabilityAssessment, zone: ZoneInfo) -> str:
    """The period in words."""
    return period_words(Period(begins=assessment.begins, ends=assessment.ends), zone)


def notes_of(assessment: CapabilityAssessment, criteria: CapabilityCriteria, zone: ZoneInfo) -> Iterator[str]:
    """What a reader has to know before the criteria."""
    begun = counted(assessment.begun, "deployment") if assessment.begun else "no deployment"
    yield f"{span_words(assessment, zone)}, {scope_words(assessment)}: {begun} began. Answers are those that count now."
    if assessment.unreadable:
        yield (
            f"Not counted, because it cannot be read: {counted(assessment.unreadable, 'deployment')}; orch list names what "
            "cannot be read."
        )
    if not assessment.begun:
        yield (
            "Nothing is met by no case. First deploy by orch (orch deploy PLAN), or assess a period in which deployments began "
            "(--from TIME)."
        )
    if assessment.ends > assessment.made:
        yield "The period is not over: the assessment is as of now."


def basis_words(criteria: CapabilityCriteria) -> Iterator[str]:
    """Where the criteria are from, and how far their words are ours."""
    yield f"Criteria: {criteria.criteria}, version {criteria.version}. {criteria.source} ({criteria.edition})"
    yield criteria.reading
