"""DORA's four keys, as far as a deployment's own record reaches (dora.dev, "DORA's software delivery metrics")."""

from collections.abc import Iterator, Sequence

from orchestrator.domain.journal.lifecycle import TAKEN_BACK, State
from orchestrator.policy.measures.period.deployment_facts import DeploymentFacts
from orchestrator.policy.measures.period.figured import Figured
from orchestrator.policy.measures.period.figures import rate_of, share_of, times_of
from orchestrator.policy.measures.period.flow_measures import completed_in, lead_times
from orchestrator.policy.measures.period.result_measures import ended_backouts
from orchestrator.policy.measures.period.span import Period


def dora_measures(facts: Sequence[DeploymentFacts], period: Period) -> Iterator[Figured]:
    """Frequency, lead time, change failure rate, time to restore."""
    yield Figured("deployment_frequency", rate_of(completed_in(facts, period), period.days))
    yield Figured("change_lead_time", times_of(lead_times(facts, period)))
    touched = [f for f in facts if period.holds(f.ended) and f.touched_and_ended]
    failed = (f.end in TAKEN_BACK or f.taken_back_later for f in touched)
    yield Figured("change_failure_rate", share_of(failed))
    restored = (
        (b.ended - (b.failed_at or b.began)).total_seconds()
        for b in ended_backouts(facts, period)
        if b.result is State.BACKED_OUT and b.ended is not None
    )
    yield Figured("time_to_restore", times_of(restored))
