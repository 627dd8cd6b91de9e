"""Outcomes of objectives: only what was measured says that one is achieved."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.deployment.outcomes import Acceptance, Measurement, Outcomes
from orchestrator.domain.journal.lifecycle import State
from orchestrator.policy.course.objectives import outcome_sentences, outcomes_of
from tests.worlds.fleet import Fleet
from tests.worlds.plans import plan_tree

DAY = timedelta(days=1)
BY_HAND = {"unit": "calls", "role": "service owner"}
CALLS: dict[str, Any] = {"objective": "Few calls.", "by_hand": BY_HAND, "expected": "<= 5", "due": "7d"}


@pytest.fixture
def completed() -> Deployment:
    tree = plan_tree()
    tree["objectives"] = ["Words alone.", CALLS]
    d = Fleet(tree).deploy()
    assert d.state is State.COMPLETED
    return d


def measured(d: Deployment, result: str, *, accepted: bool = False) -> Deployment:
    assert d.ended_at is not None
    newest = Measurement.model_validate(
        {
            "result": result,
            "found": "3",
            "by": "cy",
            "role": "service owner",
            "note": "seen",
            "at": d.ended_at,
        }
    )
    decision = Acceptance(by="cy", role="service owner", reason="enough", at=d.ended_at)
    outcomes = Outcomes(measured={1: newest}, accepted={1: decision} if accepted else {})
    return d.model_copy(update={"outcomes": outcomes})


@pytest.mark.parametrize(
    ("result", "days", "name", "overdue"),
    [
        ("", 1, "not yet known", False),
        ("", 7, "not yet known", False),
        ("", 8, "not yet known", True),
        ("achieved", 1, "achieved", False),
        ("achieved", 30, "achieved", False),
        ("not achieved", 1, "not achieved", False),
        ("not achieved", 30, "not achieved", False),
        ("not known", 1, "not yet known", False),
        ("not known", 8, "not yet known", True),
    ],
)
def test_what_was_measured_and_when_decides(
    completed: Deployment, result: str, days: int, name: str, *, overdue: bool
) -> None:
    d = measured(completed, result) if result else completed
    assert d.ended_at is not None
    words, calls = outcomes_of(d, d.ended_at + days * DAY)
    assert (words.name, calls.name, calls.overdue) == ("not measurable", name, overdue)


@pytest.mark.parametrize(
    "state", [State.BACKED_OUT, State.BACKED_OUT_WITH_RESIDUE, State.BACKOUT_FAILED, State.CANCELLED]
)
def test_what_was_taken_back_brings_nothing_about(completed: Deployment, state: State) -> None:
    d = measured(completed, "achieved").model_copy(update={"state": state})
    assert {each.name for each in outcomes_of(d, d.last_at)} == {"taken back"}
    assert list(outcome_sentences(d, d.last_at)) == []


def test_a_missed_one_has_a_decision_or_says_that_it_has_none(completed: Deployment) -> None:
    [open_one] = outcome_sentences(measured(completed, "not achieved"), completed.last_at)
    assert (
        f'no decision yet (orch objectives {completed.id} --accept 2 --role "service owner" --reason WHY)'
        in open_one
    )
    [decided] = outcome_sentences(measured(completed, "not achieved", accepted=True), completed.last_at)
    assert "accepted by cy as service owner: enough" in decided
