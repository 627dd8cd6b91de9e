"""A period with thirty deployments, worked out by hand, equals the report figure by figure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orchestrator.engine.lookup.period_facts import period_facts
from orchestrator.policy.measures.period.figures import Count, Figure, Rate, Scores, Share, Times
from orchestrator.policy.measures.period.measure_words import MEANINGS
from orchestrator.policy.measures.period.period_report import MEASURES, Measure, PeriodReport
from orchestrator.policy.measures.period.report_of import report_of
from orchestrator.policy.measures.period.span import Period
from tests.worlds.periods import (
    journal_of,
    keep_baselines,
    make_audits,
    moment,
    set_to,
    table,
    write_down_incidents,
)

TABLE = table(Path(__file__).parents[3] / "cases" / "report" / "thirty.yml")


def report() -> PeriodReport:
    journal, clock = journal_of(TABLE["deployments"], TABLE["usual"], TABLE["incidents"])
    keep_baselines(journal, clock, TABLE["baselines_kept"])
    write_down_incidents(journal, clock, TABLE["incidents"])
    make_audits(journal, clock, TABLE)
    span = TABLE["period"]
    set_to(clock, moment(span["made"]))
    period = Period(begins=moment(span["begins"]), ends=moment(span["ends"]))
    facts = period_facts(journal, period, clock.now())
    assert not facts.unreadable
    return report_of(facts.deployments, period, clock.now(), house=facts.house)


REPORT = report()
BY_NAME = {f"{m.code} {m.group}".strip(): m for m in REPORT.measures}


def written(figure: Figure) -> Any:
    match figure:
        case Count(count=count):
            return count
        case Share(part=part, of=of):
            return f"{part} of {of}"
        case Times(n=0):
            return "n 0"
        case Times(n=n, median=median, p90=p90):
            return f"n {n}: {median:g}, {p90:g}"
        case Scores(n=0):
            return "n 0"
        case Scores(n=n, median=middle):
            return f"n {n}: {middle:g}"
        case Rate(count=count, days=days):
            return f"{count} in {days:g}"


@pytest.mark.parametrize(("name", "by_hand"), TABLE["expected"].items(), ids=TABLE["expected"])
def test_the_figure_is_the_one_worked_out_by_hand(name: str, by_hand: list[Any]) -> None:
    measure = BY_NAME[name]
    assert [written(measure.now), written(measure.before)] == by_hand


def test_thirty_deployments_are_in_the_table_and_no_figure_is_without_its_expectation() -> None:
    assert len(TABLE["deployments"]) == 30
    assert sorted(BY_NAME) == sorted(TABLE["expected"])


def test_every_measure_is_made_and_has_a_meaning() -> None:
    assert {measure.code for measure in REPORT.measures} == set(MEASURES) == set(MEANINGS)


def test_ratios_are_those_of_their_cases() -> None:
    success = next(m for m in REPORT.measures if m.code == "success")
    rate = next(m for m in REPORT.measures if m.code == "deployment_frequency")
    assert isinstance(success.now, Share)
    assert success.now.share == 0.6471
    assert isinstance(rate.now, Rate)
    assert rate.now.per_day == 0.8571


def test_the_parts_of_the_chart_hold_every_end_once() -> None:
    ends: list[Measure] = list(REPORT.of("ends"))
    counted = sum(m.now.count for m in ends if isinstance(m.now, Count))
    assert sum(sum(part.ended) for part in REPORT.parts) == counted == 20
    assert len(REPORT.lead_times) == 12


def test_what_is_not_recorded_is_named_and_has_no_figure() -> None:
    assert set(REPORT.unrecorded) == {"auditors"}
    assert not {measure.code for measure in REPORT.measures} & set(REPORT.unrecorded)


def test_all_but_rehearsals_are_counted() -> None:
    assert REPORT.deployments == 28
