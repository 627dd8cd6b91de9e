"""How deployments ended: success, causes, backouts and their proof (ITIL 4 deployment management, 2.5; ISO/IEC 20000-1 9.3)."""

from collections import Counter
from collections.abc import Iterator, Sequence

from orchestrator.domain.journal.lifecycle import TAKEN_BACK, State
from orchestrator.policy.measures.period.deployment_facts import FAILURE_CODES, BackoutFact, DeploymentFacts
from orchestrator.policy.measures.period.figured import Figured
from orchestrator.policy.measures.period.figures import Count, count_of, share_of, times_of
from orchestrator.policy.measures.period.period_report import END_GROUPS
from orchestrator.policy.measures.period.span import Period
from orchestrator.policy.telling.ends import meaning_of


def result_measures(facts: Sequence[DeploymentFacts], period: Period) -> Iterator[Figured]:
    """The measures of results, of deployments that ended in the period."""
    ended = [f for f in facts if period.holds(f.ended)]
    touched = [f for f in ended if f.touched_and_ended]
    yield Figured("success", share_of(f.end is State.COMPLETED for f in touched))
    ends = Counter(meaning_of(f.end).figure for f in ended if f.end is not None)
    for end in END_GROUPS:
        yield Figured("ends", Count(count=ends[end]), end)
    causes = [f.cause for f in ended if f.cause is not None]
    for code in FAILURE_CODES:
        if code in causes:
            yield Figured("failures", share_of(cause == code for cause in causes), code)
    yield Figured("backed_out", share_of(f.end in TAKEN_BACK for f in touched))
    compared = [outside for f in facts for at, outside in f.compared if period.holds(at)]
    yield Figured("changes_outside", share_of(compared))


def backout_measures(facts: Sequence[DeploymentFacts], period: Period) -> Iterator[Figured]:
    """The measures of backouts that ended in the period, also of what had been completed before."""
    backouts = ended_backouts(facts, period)
    yield Figured("restored", share_of(b.result is State.BACKED_OUT for b in backouts))
    restored = [b for b in backouts if b.result is State.BACKED_OUT and b.ended is not None]
    yield Figured(
        "time_to_back_out", times_of((b.ended - b.began).total_seconds() for b in restored if b.ended)
    )
    late = (b for f in facts for b in f.backouts if b.late and period.holds(b.began))
    yield Figured("late_rollbacks", count_of(late))


def ended_backouts(facts: Sequence[DeploymentFacts], period: Period) -> list[BackoutFact]:
    """Every backout with its end in the period."""
    return [b for f in facts for b in f.backouts if period.holds(b.ended)]
