"""The deployments behind the figures of a period, one by one, so that whoever doubts a figure can count."""

from collections.abc import Iterable

from orchestrator.domain.journal.lifecycle import Ended
from orchestrator.domain.plan.change_request import ChangeType
from orchestrator.domain.text.model_base import Moment, Noun
from orchestrator.policy.measures.period.deployment_facts import DeploymentFacts, FailureCode
from orchestrator.policy.measures.period.span import Period


class ListedDeployment(Noun):
    """One deployment that was open in the period, or of which anything happened in it, as known when the report is made.

    `end` is its first end; None: it is not over. `taken_back`: a backout of what was completed has begun since.
    `as_rehearsed`: it is a rehearsal, and went as it must.
    """

    id: str
    release: str
    version: str
    service: str | None
    environment: str
    model: str | None
    change: ChangeType
    rehearsal: bool
    as_rehearsed: bool
    planned: Moment
    begun: Moment | None
    ended: Moment | None
    end: Ended | None
    cause: FailureCode | None
    taken_back: bool


def listed_of(facts: Iterable[DeploymentFacts], period: Period) -> tuple[ListedDeployment, ...]:
    """Those of the period in the order in which they were planned, rehearsals among them."""
    return tuple(_listed(f) for f in facts if counts_in(f, period))


def counts_in(f: DeploymentFacts, period: Period) -> bool:
    """Whether it was open in the period, or anything of it happened there after its end."""
    moments = [b.began for b in f.backouts] + [each.at for each in f.objectives]
    moments += [given.at for given in f.satisfaction]
    moments += [each.opened for each in f.incidents if each.related]
    open_then = f.planned < period.ends and (f.ended is None or f.ended >= period.begins)
    return open_then or any(period.holds(moment) for moment in moments)


def _listed(f: DeploymentFacts) -> ListedDeployment:
    return ListedDeployment(
        id=f.id,
        release=f.release,
        version=f.version,
        service=f.service,
        environment=f.environment,
        model=f.model,
        change=f.change,
        rehearsal=f.rehearsal,
        as_rehearsed=f.rehearsal_passed,
        planned=f.planned,
        begun=f.begun,
        ended=f.ended,
        end=f.end,
        cause=f.cause,
        taken_back=f.taken_back_later,
    )
