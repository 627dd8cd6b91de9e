"""A release as it was planned beside what came of it, as its review reads it: a table over recorded deployments."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from orchestrator.domain.deployment.scheduled_start import MissedStartOf, ScheduledStart
from orchestrator.domain.journal import events as e
from orchestrator.domain.plan.planned_schedule import Schedule, Window
from orchestrator.policy.course.plan_and_actual import Compared, comparison_lines, plan_and_actual
from tests.histories import START
from tests.journals import corpus

TABLE = Path(__file__).resolve().parents[2] / "cases" / "review" / "plan_and_actual.yml"
ROWS: list[dict[str, Any]] = list(YAML(typ="safe", pure=True).load(TABLE.read_text("utf-8")))
HOUR = timedelta(hours=1)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["end"])
def test_the_plan_stands_beside_what_came_of_it(row: dict[str, Any]) -> None:
    d, records = corpus.folded(row["end"]), corpus.recorded(row["end"])
    assert [_words(each) for each in plan_and_actual(d, records)] == row["rows"]


def test_decisions_of_the_review_itself_are_no_deviation() -> None:
    d, records = corpus.folded("completed_phased"), corpus.recorded("completed_phased")
    held = e.LegalHoldPlaced(by="ann", reason="case 4")
    later = e.Recorded(deployment=d.id, seq=d.seq + 1, at=d.last_at + HOUR, event=held)
    assert plan_and_actual(d, [*records, later]) == plan_and_actual(d, records)


def test_a_missed_start_and_a_window_that_was_overrun_are_deviations() -> None:
    d, records = corpus.folded("completed_phased"), corpus.recorded("completed_phased")
    late = MissedStartOf(choice="start", late=3600.0, reason="the machine was down")
    window = Window(opens=START - HOUR, closes=START)
    plan = d.plan.model_copy(update={"schedule": Schedule(window=window)})
    moved = d.with_(schedule=ScheduledStart(starts=START - HOUR, missed_start=late))
    rows = {each.what: each for each in plan_and_actual(moved.model_copy(update={"plan": plan}), records)}
    assert rows["start"].differs
    assert rows["start"].actual.endswith(", 1 h late: the machine was down")
    assert rows["window"].differs
    wide = window.model_copy(update={"closes": d.last_at + HOUR})
    plan = d.plan.model_copy(update={"schedule": Schedule(window=wide)})
    rows = {each.what: each for each in plan_and_actual(d.model_copy(update={"plan": plan}), records)}
    assert not rows["window"].differs


def test_the_table_stands_in_columns_and_marks_what_deviates() -> None:
    lines = list(
        comparison_lines(
            [Compared("waves", "3", "0 verified", differs=True), Compared("hosts", "2", "2", differs=False)]
        )
    )
    assert lines == ["       planned  was", "waves  3        0 verified (differs)", "hosts  2        2"]


def _words(each: Compared) -> str:
    return f"{each.what}: planned {each.planned}, was {each.actual}{' (differs)' if each.differs else ''}"
