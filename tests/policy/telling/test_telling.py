"""The story that a journal tells: which steps, how long, and how each went."""

import pytest

from orchestrator.domain.fold.fold import fold
from orchestrator.domain.journal.condensed import counts_of_checks
from orchestrator.domain.plan.check import CheckResult
from orchestrator.policy.course.current_step import present_step, seconds_left, waits_for_person
from orchestrator.policy.telling.timeline_builder import story_of
from orchestrator.policy.telling.words.event_words import checks_words, result_of_checks
from tests.journals.corpus import NAMES, folded, recorded
from tests.journals.pen import check

Told = list[tuple[str, int | None, float, str]]

STORIES: dict[str, Told] = {
    "pilot_backed_out": [
        ("approval", None, 0.0, "passed"),
        ("window", None, 0.0, "passed"),
        ("components", None, 0.2, "passed"),
        ("environment", None, 2.4, "passed"),
        ("baseline", None, 3.1, "passed"),
        ("deploy", 0, 12.1, "passed"),
        ("verification", 0, 1.3, "failed"),
        ("backout", 0, 8.1, "passed"),
        ("proof", None, 3.3, "passed"),
    ],
    "soak_failure": [
        ("approval", None, 0.0, "passed"),
        ("window", None, 0.0, "passed"),
        ("components", None, 0.2, "passed"),
        ("environment", None, 2.4, "passed"),
        ("baseline", None, 3.1, "passed"),
        ("deploy", 0, 12.1, "passed"),
        ("verification", 0, 1.3, "passed"),
        ("soak", 0, 20.0, "failed"),
        ("backout", 0, 8.1, "passed"),
        ("proof", None, 3.3, "passed"),
    ],
    "refused_environment": [
        ("approval", None, 0.0, "passed"),
        ("window", None, 0.0, "passed"),
        ("components", None, 0.2, "passed"),
        ("environment", None, 10.2, "failed"),
    ],
}


@pytest.mark.parametrize(("name", "steps"), STORIES.items(), ids=STORIES)
def test_the_steps_of_a_journal(name: str, steps: Told) -> None:
    story = story_of(recorded(name))
    assert [(s.name, s.wave, round(s.seconds or 0, 1), s.result) for s in story.steps] == steps


@pytest.mark.parametrize("name", NAMES)
def test_what_has_ended_leaves_no_step_open(name: str) -> None:
    if folded(name).over:
        assert [step.name for step in story_of(recorded(name)).steps if step.ended is None] == []


@pytest.mark.parametrize("name", NAMES)
def test_no_step_ends_before_it_began(name: str) -> None:
    assert all(step.seconds is None or step.seconds >= 0 for step in story_of(recorded(name)).steps)


def test_a_lost_attempt_and_the_one_that_follows_are_two_steps() -> None:
    steps = [s for s in story_of(recorded("killed_and_adopted")).steps if s.wave == 1 and s.name == "deploy"]
    assert [(s.result, s.words) for s in steps] == [
        ("unknown", "lost: its worker ended without an outcome"),
        ("passed", "2 done"),
    ]


def test_a_hold_ends_with_what_the_person_chose() -> None:
    hold = story_of(recorded("excluded_then_completed")).last("hold")
    assert hold is not None
    assert hold.words == "ann excluded web3: its disk is being replaced, RFC-1043"


@pytest.mark.parametrize(
    ("results", "result", "words"),
    [
        ([], "unknown", "0 checks on 0 hosts, which proves nothing"),
        ([check("a", "x", "x", "1", "1")], "passed", "1 check on 1 host, all passed"),
        ([check("a", "x", "x", "1", "2", "failed")], "failed", "1 check on 1 host, 1 failed"),
        (
            [check("a", "x", "x", "1", "1"), check("b", "x", "x", "1", "?", "inconclusive")],
            "unknown",
            "2 checks on 2 hosts, 1 inconclusive",
        ),
    ],
)
def test_checks_taken_together(results: list[CheckResult], result: str, words: str) -> None:
    counts = counts_of_checks(tuple(results))
    assert (result_of_checks(results, counts), checks_words(results, counts)) == (result, words)


def test_what_is_being_done_is_asked_of_the_rule_that_drives() -> None:
    records = recorded("pilot_backed_out")
    seen = []
    for length in range(1, len(records) + 1):
        d = fold(records[:length])
        step = present_step(d, story_of(records[:length]), d.last_at)
        if step is not None and (step.name, step.wave) not in seen:
            seen.append((step.name, step.wave))
    assert seen == [
        ("approval", None),
        ("components", None),
        ("environment", None),
        ("baseline", None),
        ("verification", 0),
        ("proof", None),
    ]


def test_seconds_of_soak_that_are_left() -> None:
    records = recorded("soak_failure")
    at_gate = next(n for n, r in enumerate(records, 1) if r.event.kind == "gate_reached")
    d = fold(records[:at_gate])
    left = seconds_left(d, d.last_at)
    assert left is not None
    assert 29 < left <= 30
    assert seconds_left(folded("soak_failure"), d.last_at) is None


def test_a_held_deployment_waits_for_a_person() -> None:
    d = folded("held")
    assert (waits_for_person(d, d.last_at) or "").startswith("1 host of 2 down in wave 2")
    done = folded("completed_phased")
    assert waits_for_person(done, done.last_at) is None
