"""What is waited for, as a table: while a deployment is open, and after its end."""

from datetime import UTC, datetime, timedelta

import pytest

from orchestrator.domain.fold.brief import brief_of
from orchestrator.domain.journal import events as e
from orchestrator.policy.course.awaited import Awaited, awaited_after, awaited_of_open, awaited_words
from tests.histories import deployment, planned, ready_to_deploy
from tests.journals.corpus import NAMES, folded
from tests.worlds.plans import plan_tree

NOW = datetime(2026, 6, 1, tzinfo=UTC)
ASKED = {**plan_tree(), "approval": {"required": ["change manager", "service owner"]}}


@pytest.mark.parametrize(
    ("events", "waits"),
    [
        ([planned()], []),
        ([planned(tree=ASKED), e.Submitted(by="ann")], [("approval", "change manager"), ("approval", "service owner")]),
        ([*ready_to_deploy(), e.Paused(by="bo", reason="lunch")], [("resume", None)]),
        ([*ready_to_deploy(), e.DeploymentHeld(reason="look", by="bo")], [("decision", None)]),
        (ready_to_deploy(), []),
        ([planned(tree=ASKED), e.Submitted(by="ann"), e.DeploymentCancelled(by="ann", reason="never mind")], []),
    ],
)  # fmt: skip
def test_an_open_deployment_waits_for(events: list[e.Event], waits: list[tuple[str, str | None]]) -> None:
    assert [(each.code, each.role) for each in awaited_of_open(deployment(events))] == waits


@pytest.mark.parametrize("name", NAMES)
def test_nothing_that_is_over_waits_as_if_it_were_open(name: str) -> None:
    d = folded(name)
    assert not d.over or list(awaited_of_open(d)) == []


@pytest.mark.parametrize(
    ("change", "waits"),
    [
        ({}, []),
        ({"pir_missing": True, "pir_due": NOW}, ["review"]),
        ({"actions_due": (NOW, NOW)}, ["action", "action"]),
    ],
)
def test_after_the_end(change: dict[str, object], waits: list[str]) -> None:
    brief = brief_of(folded("pilot_backed_out")).model_copy(update=change)
    assert [each.code for each in awaited_after(brief)] == waits


@pytest.mark.parametrize(
    ("awaited", "words"),
    [
        (Awaited("sign_off", "shop", "customer"), "sign-off as customer"),
        (Awaited("action", "shop", due=NOW + timedelta(days=2)), "an action that was agreed, due in 2 days"),
        (Awaited("review", "shop", due=NOW - timedelta(days=1, hours=3)), "post-implementation review, overdue for 1 day"),
    ],
)  # fmt: skip
def test_in_words(awaited: Awaited, words: str) -> None:
    assert awaited_words(awaited, NOW) == words
