"""Makes the report of a period from facts: every measure twice, in the period and in the one before."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from orchestrator.domain.text.names import as_read
from orchestrator.policy.measures.period.after_measures import incident_measures, satisfaction_measures
from orchestrator.policy.measures.period.audit_measures import audit_measures
from orchestrator.policy.measures.period.deployment_facts import DeploymentFacts, HouseFacts
from orchestrator.policy.measures.period.dora_measures import dora_measures
from orchestrator.policy.measures.period.figured import Figured
from orchestrator.policy.measures.period.figures import Figure, Share, count_of, nothing_like, share_of
from orchestrator.policy.measures.period.flow_measures import (
    backlog_measures,
    lead_measures,
    lead_times,
    schedule_measures,
)
from orchestrator.policy.measures.period.listed import counts_in, listed_of
from orchestrator.policy.measures.period.people_measures import (
    adoption_measures,
    objective_measures,
    wait_measures,
)
from orchestrator.policy.measures.period.period_report import (
    END_GROUPS,
    MEASURES,
    Asked,
    Measure,
    MeasureCode,
    Part,
    PeriodReport,
)
from orchestrator.policy.measures.period.result_measures import backout_measures, result_measures
from orchestrator.policy.measures.period.span import Period
from orchestrator.policy.telling.ends import meaning_of

Key = tuple[MeasureCode, str]
Facts = Sequence[DeploymentFacts]


def report_of(
    facts: Sequence[DeploymentFacts],
    period: Period,
    made: datetime,
    *,
    asked: Asked | None = None,
    house: HouseFacts | None = None,
    unreadable: Sequence[str] = (),
) -> PeriodReport:
    """The report of a period, of the deployments that are asked for; their order does not matter."""
    asked, house, before = asked or Asked(), house or HouseFacts(), period.before
    chosen = sorted((f for f in facts if _is_asked(f, asked)), key=lambda f: (f.planned, f.id))
    real = [f for f in chosen if not f.rehearsal]
    everyone = [f for f in facts if not f.rehearsal]
    return PeriodReport(
        made=made,
        period=period,
        before=before,
        asked=asked,
        deployments=sum(counts_in(f, period) or counts_in(f, before) for f in real),
        measures=_beside(
            _figures(chosen, everyone, house, period), _figures(chosen, everyone, house, before)
        ),
        parts=tuple(_part(real, each) for each in period.parts()),
        lead_times=lead_times(real, period),
        listed=listed_of(chosen, period),
        unreadable=tuple(unreadable),
        disposed=sum(began < period.ends and ended >= before.begins for began, ended in house.disposed),
    )


def _is_asked(f: DeploymentFacts, asked: Asked) -> bool:
    pairs = (
        (asked.service, f.service),
        (asked.model, f.model),
        (asked.environment, f.environment),
    )
    return all(wanted is None or as_read(wanted) == as_read(has or "") for wanted, has in pairs)


def _figures(facts: Facts, everyone: Facts, house: HouseFacts, period: Period) -> dict[Key, Figure]:
    return {(each.code, each.group): each.figure for each in _figured(facts, everyone, house, period)}


def _figured(facts: Facts, everyone: Facts, house: HouseFacts, period: Period) -> Iterator[Figured]:
    real = [f for f in facts if not f.rehearsal]
    for measures in (
        result_measures,
        backout_measures,
        backlog_measures,
        schedule_measures,
        lead_measures,
        adoption_measures,
        wait_measures,
        objective_measures,
        satisfaction_measures,
        dora_measures,
    ):
        yield from measures(real, period)
    yield from incident_measures(real, everyone, house.incidents, period)
    rehearsals = (f.rehearsal_passed for f in facts if f.rehearsal and period.holds(f.ended))
    yield from audit_measures(house, period)
    yield Figured("rehearsals", share_of(rehearsals))
    yield Figured("baselines_kept", count_of(at for at in house.baselines_kept if period.holds(at)))


def _beside(now: dict[Key, Figure], before: dict[Key, Figure]) -> tuple[Measure, ...]:
    """A group that occurs in one of the two periods only has no case in the other."""
    absent = [key for key in before if key not in now]
    keys = sorted([*now, *absent], key=lambda key: MEASURES.index(key[0]))
    return tuple(
        Measure(
            code=code,
            group=group,
            now=now.get((code, group)) or _absent(before[code, group], code, now),
            before=before.get((code, group)) or _absent(now[code, group], code, before),
        )
        for code, group in keys
    )


def _absent(like: Figure, code: MeasureCode, figures: dict[Key, Figure]) -> Figure:
    """No case of a group: of a share, out of as many as the other groups of that period are."""
    totals = (each.of for (other, _), each in figures.items() if other == code and isinstance(each, Share))
    return nothing_like(like, of=next(totals, 0))


def _part(facts: Sequence[DeploymentFacts], period: Period) -> Part:
    ends = Counter(meaning_of(f.end).figure for f in facts if f.end is not None and period.holds(f.ended))
    return Part(period=period, ended=tuple(ends[end] for end in END_GROUPS))
