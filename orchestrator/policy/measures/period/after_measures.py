"""What people say of deployments afterwards: incidents that came of them, and how satisfied stakeholders are.

ITIL 4 deployment management, 2.5 (related incidents, satisfaction of stakeholders).
"""

from collections.abc import Iterator, Mapping, Sequence

from orchestrator.policy.measures.period.deployment_facts import DeploymentFacts, IncidentFact
from orchestrator.policy.measures.period.figured import Figured
from orchestrator.policy.measures.period.figures import scores_of, share_of
from orchestrator.policy.measures.period.span import Period

Facts = Sequence[DeploymentFacts]
NO_SEVERITY = "(no severity)"


def incident_measures(
    facts: Facts, everyone: Facts, known: Sequence[IncidentFact], period: Period
) -> Iterator[Figured]:
    """Incidents that were opened in the period, and deployments that ended in it.

    `known` are those of the house as they are known now. `everyone`: also deployments that are not asked for, because a
    person may have said of one of those that an incident came of it.
    """
    opened = {each.id: each for each in _written_down(everyone, known) if period.holds(each.opened)}
    came = {each.id for f in facts for each in f.incidents if each.related}
    looked_at = {each.id for f in everyone for each in f.incidents}
    yield Figured("incidents", share_of(name in came for name in opened))
    yield from _by_severity([each for name, each in opened.items() if name in came])
    yield Figured("incidents_not_judged", share_of(name not in looked_at for name in opened))
    touched = (f for f in facts if period.holds(f.ended) and f.touched_and_ended)
    yield Figured("with_incidents", share_of(any(each.related for each in f.incidents) for f in touched))


def satisfaction_measures(facts: Facts, period: Period) -> Iterator[Figured]:
    """Answers that stakeholders gave in the period, and deployments that ended in it."""
    scores = [given.score for f in facts for given in f.satisfaction if period.holds(given.at)]
    yield Figured("satisfaction", scores_of(scores))
    for score in sorted(set(scores), reverse=True):
        yield Figured("satisfaction_scores", share_of(each == score for each in scores), f"{score} of 5")
    touched = (f for f in facts if period.holds(f.ended) and f.touched_and_ended)
    yield Figured("satisfaction_asked", share_of(bool(f.satisfaction) for f in touched))


def _written_down(everyone: Facts, known: Sequence[IncidentFact]) -> Iterator[IncidentFact]:
    """Each incident once: as the house knows it, or as it was linked where the house does not know it any more."""
    newest: Mapping[str, IncidentFact] = {each.id: each for each in known}
    linked = sorted(
        (each for f in everyone for each in f.incidents if each.id not in newest),
        key=lambda each: (each.told_at, each.opened, each.severity or ""),
    )
    yield from newest.values()
    yield from {each.id: each for each in linked}.values()


def _by_severity(incidents: Sequence[IncidentFact]) -> Iterator[Figured]:
    names = [each.severity or NO_SEVERITY for each in incidents]
    for name in sorted(set(names)):
        yield Figured("incident_severity", share_of(each == name for each in names), name)
