"""The report of a period: its measures beside those of the period before, and what orch does not record."""

from typing import Literal, get_args

from orchestrator.domain.text.model_base import Many, Moment, Noun
from orchestrator.policy.measures.period.figures import Figure
from orchestrator.policy.measures.period.listed import ListedDeployment
from orchestrator.policy.measures.period.span import Period
from orchestrator.policy.telling.ends import Figure as FigureName

MeasureCode = Literal[
    "success",
    "ends",
    "failures",
    "backed_out",
    "restored",
    "time_to_back_out",
    "late_rollbacks",
    "changes_outside",
    "planned",
    "begun",
    "ended",
    "open_at_begin",
    "open_at_end",
    "waiting_at_end",
    "under_way_at_end",
    "starts_on_time",
    "starts",
    "start_delay",
    "ended_in_window",
    "wait_to_start",
    "start_to_completion",
    "lead_time",
    "uses_model",
    "approved_model",
    "models",
    "emergency",
    "holds",
    "waits",
    "waits_open",
    "objectives",
    "objectives_accepted",
    "objectives_overdue",
    "incidents",
    "incident_severity",
    "incidents_not_judged",
    "with_incidents",
    "satisfaction",
    "satisfaction_scores",
    "satisfaction_asked",
    "deployment_frequency",
    "change_lead_time",
    "change_failure_rate",
    "time_to_restore",
    "audits",
    "hosts_audited",
    "hosts_astray",
    "hosts_changed_outside",
    "items_changed_outside",
    "audit_findings",
    "rehearsals",
    "baselines_kept",
]
MEASURES: tuple[MeasureCode, ...] = get_args(MeasureCode)
Unrecorded = Literal["auditors"]
UNRECORDED: tuple[Unrecorded, ...] = get_args(Unrecorded)
"""Measures of deployment management for which orch has no record; a report says so, and gives no number."""
END_GROUPS: tuple[FigureName, ...] = get_args(FigureName)


class Measure(Noun):
    """One figure of the period, and the same of the period before. `group`: what it is about, such as a cause or a role."""

    code: MeasureCode
    group: str = ""
    now: Figure
    before: Figure


class Part(Noun):
    """One part of the period: the deployments that ended in it, by their end, in the order of END_GROUPS."""

    period: Period
    ended: Many[int]


class Asked(Noun):
    """Which deployments are counted: those of this service, model and environment; None is any."""

    service: str | None = None
    model: str | None = None
    environment: str | None = None


class PeriodReport(Noun):
    """The report as of `made`: of a period that is not over, what is known so far.

    `deployments` are counted in one period or the other. `unreadable` are those that are in no figure, because their
    journals cannot be read; `disposed` is how many are in none because their records were disposed of. `lead_times`: the
    seconds of each case of `lead_time`, sorted. `unrecorded`: what has no record.
    `listed`: the deployments of the period, rehearsals among them.
    """

    orch_report: Literal[1] = 1
    made: Moment
    period: Period
    before: Period
    asked: Asked
    deployments: int
    measures: Many[Measure]
    parts: Many[Part]
    lead_times: Many[float]
    listed: Many[ListedDeployment] = ()
    unrecorded: Many[Unrecorded] = UNRECORDED
    unreadable: Many[str] = ()
    disposed: int = 0

    @property
    def over(self) -> bool:
        """The period has ended, so no figure of flow changes any more."""
        return self.period.ends <= self.made

    def of(self, code: MeasureCode) -> tuple[Measure, ...]:
        """The measure with this code, once for each group."""
        return tuple(measure for measure in self.measures if measure.code == code)
