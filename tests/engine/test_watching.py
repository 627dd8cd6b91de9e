"""Soak and early life support: the first bad answer counts, and time in which nobody looked is no time of watching."""

from typing import Any

import pytest

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.policy.telling.timeline_builder import story_of, telling_of_record
from tests.fakes.targets import Told
from tests.worlds.fleet import Fleet

SOAK, EVERY = 20.0, 2.0


class Watched(Fleet):
    """Hosts of one wave under a soak of 20 s; a driver that stands still while it asks for the nth time."""

    def __init__(self, *acceptance: dict[str, Any], early_life: bool = False) -> None:
        super().__init__()
        self.tree["strategy"]["waves"] = ["rest"]
        watching = {"every": f"{EVERY:g}s"}
        if early_life:
            self.tree["validation"]["early_life"] = {"duration": f"{SOAK:g}s", **watching}
        else:
            self.tree["strategy"]["gate"] = {"soak": f"{SOAK:g}s", **watching}
        if acceptance:
            self.tree["validation"]["acceptance"] = list(acceptance)
        self.stands_still: dict[int, float] = {}
        self.rounds = 0
        self.targets.on_question = self._ask

    def _ask(self, question: str) -> None:
        if question == "verify":
            self.rounds += 1
            self.clock.sleep(self.stands_still.get(self.rounds, 0.0))

    def watched(self, d: Deployment) -> list[e.WaveChecked]:
        return [event for event in self.events(d, e.WaveChecked) if event.stage != "verification"]


FIRST_ROUND = 3
"""The environment is verified first, then the wave; the third question is the first of the soak."""


@pytest.mark.parametrize("early_life", [False, True], ids=["soak", "early life"])
def test_a_driver_that_stood_still_watches_for_as_long_again(*, early_life: bool) -> None:
    fleet = Watched(early_life=early_life)
    fleet.stands_still = {FIRST_ROUND + 2: 25.0}
    d = fleet.deploy()
    assert d.state is State.COMPLETED
    rounds = fleet.watched(d)
    assert [event.unwatched for event in rounds if event.unwatched] == [25.0]
    assert len(rounds) == SOAK / EVERY, "as many answers as without standing still"
    assert [event.final for event in rounds] == [False] * (len(rounds) - 1) + [True]


def test_a_driver_that_stood_still_over_the_end_of_the_soak_does_not_end_it() -> None:
    fleet = Watched()
    fleet.stands_still = {FIRST_ROUND + 8: 300.0}
    d = fleet.deploy()
    last = fleet.watched(d)[-2:]
    assert [(event.unwatched, event.final) for event in last] == [(300.0, False), (0.0, True)]
    assert d.state is State.COMPLETED


def test_an_outage_that_begins_while_nobody_looked_is_seen_afterwards() -> None:
    fleet = Watched()
    fleet.stands_still = {FIRST_ROUND: 25.0}
    kind = fleet.prepared().plan.validation.acceptance[0].kind
    passes: Told = ("passed", "fine")
    fleet.targets.machine("h1").script(kind, *[passes] * (FIRST_ROUND + 1), ("failed", "gone"))
    assert fleet.deploy().state is not State.COMPLETED


@pytest.mark.parametrize("still", [0.0, 3.0])
def test_a_little_late_is_still_watching(still: float) -> None:
    fleet = Watched()
    fleet.stands_still = dict.fromkeys(range(FIRST_ROUND, 40), still)
    d = fleet.deploy()
    assert not any(event.unwatched for event in fleet.watched(d))
    assert d.state is State.COMPLETED


UNIT = {"unit": "app", "within": "12s"}
PATIENT = {"unit": "app", "within": "12s", "soak_within": "5s"}


@pytest.mark.parametrize(("written", "within"), [(UNIT, 0.0), (PATIENT, 5.0)], ids=["first", "after 5 s"])
@pytest.mark.parametrize("early_life", [False, True], ids=["soak", "early life"])
def test_while_it_is_watched_the_first_bad_answer_counts_unless_the_check_says_otherwise(
    written: dict[str, Any], within: float, *, early_life: bool
) -> None:
    fleet = Watched(written, early_life=early_life)
    assert fleet.deploy().state is State.COMPLETED
    verification, *rounds = [checks[0] for checks in fleet.targets.checks[1:]]
    assert verification.within == 12.0
    assert {check.within for check in rounds} == {within}


def test_while_it_is_watched_a_unit_may_not_have_been_restarted_since_the_last_look() -> None:
    fleet = Watched(UNIT, {**PATIENT, "title": "patient"})
    fleet.deploy()
    asked = [[getattr(check, "steady_for", None) for check in checks] for checks in fleet.targets.checks[1:]]
    assert asked[0] == [0.0, 0.0]
    assert {tuple(each) for each in asked[1:]} == {(EVERY, 0.0)}


@pytest.mark.parametrize("early_life", [False, True], ids=["soak", "early life"])
def test_a_restart_after_a_host_has_answered_and_before_its_look_is_over_is_seen_by_the_next(
    *, early_life: bool
) -> None:
    fleet = Watched(UNIT, early_life=early_life)
    fleet.stands_still = dict.fromkeys(range(FIRST_ROUND, 40), 3.0)
    fleet.deploy()
    asked = [getattr(checks[0], "steady_for", None) for checks in fleet.targets.checks[2:]]
    assert asked[0] == EVERY
    assert set(asked[1:-1]) == {EVERY + 3.0}


def test_time_in_which_nobody_looked_is_in_the_lines_and_in_the_story() -> None:
    fleet = Watched()
    fleet.stands_still = {FIRST_ROUND + 2: 25.0}
    d = fleet.deploy()
    records = fleet.ports.journal.read(d.id)
    lines = [line for record in records for line in telling_of_record(record, d).lines]
    assert "soak: nobody looked for 25 s, so it goes on that much longer" in [words for _, words in lines]
    [soak] = [step for step in story_of(records).steps if step.name == "soak"]
    assert soak.words.endswith("all passed; longer by 25 s in which nobody looked")
