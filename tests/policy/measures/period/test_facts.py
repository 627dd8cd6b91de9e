"""What a report counts of one journal: the cause of a bad end, waits, backouts, starts; each from what happened."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.engine.lookup.period_facts import period_facts
from orchestrator.policy.measures.period.deployment_facts import DeploymentFacts
from orchestrator.policy.measures.period.figures import Figure, share_of
from orchestrator.policy.measures.period.period_report import MeasureCode
from orchestrator.policy.measures.period.report_of import report_of
from orchestrator.policy.measures.period.span import Period
from tests.worlds.periods import journal_of, moment, set_to

USUAL: dict[str, Any] = {"service": "shop", "environment": "live", "model": "rolling"}
PERIOD = Period(begins=moment("11-01T00:00"), ends=moment("11-15T00:00"))
BEGUN = "11-01T08:00 planned; 11-01T09:00 begun"


def facts(happened: str, **more: Any) -> DeploymentFacts:
    journal, clock = journal_of({"d": {"happened": happened, **more}}, USUAL)
    set_to(clock, moment("11-20T00:00"))
    (only,) = period_facts(journal, PERIOD, clock.now()).deployments
    return only


CAUSES: list[tuple[str, str | None]] = [
    ("11-01T10:00 completed", None),
    ("11-01T10:00 cancelled", None),
    ("11-01T10:00 failed deploying", None),
    ("11-01T10:00 failed deploying; 11-01T10:00 backout failure; 11-01T11:00 restored", "deploying"),
    ("11-01T10:00 failed verification; 11-01T10:00 backout failure; 11-01T11:00 residue", "verification"),
    ("11-01T10:00 failed changes; 11-01T10:00 backout failure; 11-01T11:00 not-restored", "changes"),
    ("11-01T10:00 failed soak; 11-01T10:00 backout failure; 11-01T11:00 restored", "soak"),
    ("11-01T10:00 failed metrics; 11-01T10:00 backout failure; 11-01T11:00 restored", "metrics"),
    (
        "11-01T10:00 early-life; 11-01T11:00 failed early-life; 11-01T11:00 backout failure; 11-01T12:00 restored",
        "early_life",
    ),
    # A person backs out because of a failure, or without one; a failure that was tried again is answered.
    ("11-01T10:00 failed soak; 11-01T10:00 held; 11-01T11:00 backout chosen; 11-01T12:00 restored", "soak"),
    ("11-01T10:00 backout chosen; 11-01T11:00 restored", "chosen"),
    (
        "11-01T10:00 failed deploying; 11-01T10:00 held; 11-01T11:00 retried; 11-01T12:00 backout aborted",
        None,
    ),
    (
        "11-01T10:00 failed deploying; 11-01T10:00 held; 11-01T11:00 retried; 11-01T12:00 backout aborted; "
        "11-01T13:00 restored",
        "aborted",
    ),
    ("11-01T10:00 backout not_authorised; 11-01T11:00 restored", "not_authorised"),
    ("11-01T10:00 left-out", "hosts_left_out"),
    ("11-01T10:00 refused components", "refused_components"),
    # What is taken back later ended well.
    ("11-01T10:00 completed; 11-02T10:00 backout chosen; 11-02T11:00 residue", None),
]


@pytest.mark.parametrize(("happened", "cause"), CAUSES)
def test_an_end_that_is_not_good_has_one_cause(happened: str, cause: str | None) -> None:
    assert facts(f"{BEGUN}; {happened}").cause == cause


WAITS: list[tuple[str, list[tuple[str, str, str | None]]]] = [
    # Reasons that change on the way: one wait ends where the other begins.
    (
        "11-01T08:00 planned; 11-01T08:00 waits approval.missing; 11-01T10:00 waits window.closed; 11-01T22:00 begun",
        [("approval", "11-01T08:00", "11-01T10:00"), ("window", "11-01T10:00", "11-01T22:00")],
    ),
    # Asked again for the same: it waits since the first time.
    (
        "11-01T08:00 planned; 11-01T08:00 waits approval.missing; 11-01T09:00 waits approval.missing; 11-01T10:00 rejected",
        [("approval", "11-01T08:00", "11-01T10:00")],
    ),
    (
        "11-01T08:00 planned; 11-01T08:00 waits model.missing; 11-01T10:00 cancelled",
        [("admission", "11-01T08:00", "11-01T10:00")],
    ),
    (
        f"{BEGUN}; 11-01T10:00 failed deploying; 11-01T10:00 held; 11-01T11:00 retried; 11-01T12:00 held",
        [("hold", "11-01T10:00", "11-01T11:00"), ("hold", "11-01T12:00", None)],
    ),
    (f"{BEGUN}; 11-01T10:00 gate", [("confirmation", "11-01T10:00", None)]),
    (
        f"{BEGUN}; 11-01T10:00 gate; 11-01T11:00 failed soak; 11-01T11:00 held; 11-01T12:00 backout chosen",
        [("confirmation", "11-01T10:00", "11-01T11:00"), ("hold", "11-01T11:00", "11-01T12:00")],
    ),
    # Nobody is asked before the soak is over.
    (
        f"{BEGUN}; 11-01T10:00 gate 11-01T12:00; 11-01T13:00 confirmed",
        [("confirmation", "11-01T12:00", "11-01T13:00")],
    ),
    (f"{BEGUN}; 11-01T10:00 paused; 11-01T10:30 resumed", [("pause", "11-01T10:00", "11-01T10:30")]),
    (
        f"{BEGUN}; 11-01T10:00 paused; 11-01T12:00 cancelled",
        [("pause", "11-01T10:00", "11-01T12:00")],
    ),
]


@pytest.mark.parametrize(("happened", "waits"), WAITS)
def test_a_wait_lasts_until_its_answer_or_the_end(
    happened: str, waits: list[tuple[str, str, str | None]]
) -> None:
    expected = [(kind, moment(began), moment(ended) if ended else None) for kind, began, ended in waits]
    assert [(w.kind, w.began, w.ended) for w in facts(happened).waits] == expected


STARTS: list[tuple[str, str | None]] = [
    ("11-02T22:05 begun", "on_time"),
    ("11-02T22:06 begun", "late"),
    ("11-02T22:01 put-off; 11-02T23:00 begun", "put_off"),
    ("11-02T22:01 put-off; 11-02T22:04 begun", "on_time"),
    ("11-02T22:01 put-off", "put_off"),
    ("11-02T22:30 missed; 11-03T09:00 begun", "missed"),
    ("11-02T22:30 missed; 11-03T09:00 cancelled", "missed"),
    ("11-02T10:00 cancelled", "withdrawn"),
    ("11-02T10:00 waits approval.missing", "not_begun"),
]


@pytest.mark.parametrize(("happened", "start"), STARTS)
def test_a_scheduled_start_has_one_result(happened: str, start: str) -> None:
    assert facts(f"11-01T08:00 planned; {happened}", starts="11-02T22:00").start == start


def test_a_start_that_is_still_to_come_has_no_result() -> None:
    assert facts("11-01T08:00 planned", starts="11-21T22:00").start is None
    assert facts(BEGUN).start is None


def test_the_first_end_stays_the_end_and_the_rollback_stands_beside_it() -> None:
    rolled_back = facts(f"{BEGUN}; 11-01T10:00 completed; 11-02T10:00 backout chosen; 11-02T11:00 restored")
    assert rolled_back.end is not None
    assert rolled_back.end.value == "completed"
    assert rolled_back.ended == moment("11-01T10:00")
    assert rolled_back.taken_back_later
    (backout,) = rolled_back.backouts
    assert backout.late
    assert backout.ended == moment("11-02T11:00")


def test_what_was_over_before_both_periods_is_not_even_read() -> None:
    journal, clock = journal_of(
        {
            "old": {"happened": "09-01T08:00 planned; 09-01T09:00 cancelled"},
            "new": {"happened": "11-16T08:00 planned"},
            "open": {"happened": "09-01T08:00 planned"},
        },
        USUAL,
    )
    read = period_facts(journal, PERIOD, clock.now()).deployments
    assert [each.id for each in read] == ["open"]


def test_a_window_is_for_runs_and_early_life_support_may_outlast_it() -> None:
    happened = f"{BEGUN}; 11-01T10:00 run; 11-01T10:30 early-life; 11-01T20:00 completed"
    in_time = facts(happened, closes="11-01T11:00")
    assert in_time.last_run == moment("11-01T10:00")
    assert measure("ended_in_window", [in_time]) == share_of([True])
    assert measure("ended_in_window", [facts(happened, closes="11-01T09:30")]) == share_of([False])
    assert measure("ended_in_window", [facts(happened)]) == share_of([])


def test_runs_of_a_later_rollback_are_not_of_the_window() -> None:
    later = facts(
        f"{BEGUN}; 11-01T10:00 run; 11-01T10:30 completed; 11-02T10:00 backout chosen; 11-02T11:00 run; "
        "11-02T12:00 restored"
    )
    assert later.last_run == moment("11-01T10:00")


FAILED = f"{BEGUN}; 11-01T10:00 failed deploying; 11-01T10:00 backout failure; 11-01T11:00"
RESTORED_AT: list[tuple[str, list[str | None]]] = [
    # What left a residue is restored by the next backout only, and the failure lasted until then.
    ("residue; 11-01T14:00 backout chosen; 11-01T15:00 restored", ["11-01T10:00", "11-01T10:00"]),
    ("not-restored; 11-01T14:00 backout chosen; 11-01T15:00 restored", ["11-01T10:00", "11-01T10:00"]),
    # Restored once is restored: to take it back again answers no failure.
    ("restored; 11-01T14:00 backout chosen; 11-01T15:00 restored", ["11-01T10:00", None]),
]


@pytest.mark.parametrize(("happened", "failed"), RESTORED_AT)
def test_a_failure_lasts_until_a_restoration_is_proved(happened: str, failed: list[str | None]) -> None:
    backouts = facts(f"{FAILED} {happened}").backouts
    assert [b.failed_at for b in backouts] == [moment(each) if each else None for each in failed]


def measure(code: MeasureCode, made: list[DeploymentFacts]) -> Figure:
    report = report_of(made, PERIOD, moment("11-20T00:00"))
    return report.of(code)[0].now


def test_an_objective_that_comes_due_long_after_the_last_event_is_read() -> None:
    happened = "10-27T08:00 planned; 10-27T09:00 begun; 10-27T10:00 completed"
    journal, clock = journal_of({"d": {"happened": happened, "objective": True}}, USUAL)
    set_to(clock, moment("11-20T00:00"))
    day = Period(begins=moment("11-03T00:00"), ends=moment("11-04T00:00"))
    read = period_facts(journal, day, clock.now()).deployments
    assert [each.at for f in read for each in f.objectives] == [moment("11-03T10:00")]
