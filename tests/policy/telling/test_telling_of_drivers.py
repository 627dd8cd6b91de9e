"""A death of the orchestrator and what came after it are in the story that every record shows."""

import pytest

from orchestrator.adapters.report import text_record
from orchestrator.domain.journal import events as e
from orchestrator.policy.telling.timeline_builder import story_of
from tests.histories import START, ready_to_deploy, recorded

INTENT = e.AttemptIntended(attempt="app.1-deploy", purpose="deploy", wave=0, hosts=("h1",))


def history(state: str) -> list[e.Recorded]:
    adopted = e.AttemptAdopted.model_validate({"attempt": "app.1-deploy", "found": state})
    first = e.DriverTook(driver="vm:1", by="ann")
    return recorded([*ready_to_deploy(), first, INTENT, e.DriverTook(driver="vm:2", by="bo"), adopted])


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("running", "was found at work, and is followed"),
        ("finished", "was found ended, and its outcome is taken"),
        ("absent", "was found never started, and is started"),
        ("dead", "was found without its worker"),
    ],
)
def test_the_take_over_and_the_adoption_are_told(state: str, words: str) -> None:
    steps = {step.name: step.words for step in story_of(history(state)).steps}
    assert steps["driver"] == "vm:2 took over for bo; vm:1 no longer drove"
    assert steps["adoption"] == f"app.1-deploy {words}"


def test_the_record_shows_both() -> None:
    text = text_record(history("running"), START)
    assert "vm:2 took over for bo; vm:1 no longer drove" in text
    assert "app.1-deploy was found at work, and is followed" in text


def test_the_first_driver_takes_over_from_nobody() -> None:
    steps = story_of(recorded([*ready_to_deploy(), e.DriverTook(driver="vm:1", by="ann")])).steps
    assert "driver" not in {step.name for step in steps}
