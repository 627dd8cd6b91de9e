"""No process watches hosts while a person is awaited at a gate: they are looked at once more when the person has confirmed."""

from __future__ import annotations

from datetime import datetime

import pytest

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.rules.release_policy import ReleasePolicy
from tests.worlds.fleet import Fleet
from tests.worlds.plans import plan_tree

HOUR = 3600.0
CONFIRMED = e.Confirmed(wave=0, by="bo", role="service owner", note="looked")


def waiting(*, soak: str, every: str = "2s") -> tuple[Fleet, Deployment]:
    """A deployment whose first wave waits for the service owner."""
    gate = {"confirm": "service owner", "soak": soak, "every": every}
    fleet = Fleet(plan_tree(kind="phased", waves=[{"count": 1, "gate": gate}, "rest"]))
    d = fleet.deploy()
    assert d.rollout.gate is not None
    assert d.rollout.gate.soak_is_over
    return fleet, d


def looks(fleet: Fleet, d: Deployment) -> int:
    return sum(event.stage == "soak" for event in fleet.events(d, e.WaveChecked))


@pytest.mark.parametrize("soak", ["0s", "10s"])
def test_a_host_that_failed_while_a_person_was_awaited_rejects_the_wave(soak: str) -> None:
    fleet, d = waiting(soak=soak)
    kind = d.plan.validation.acceptance[0].kind
    fleet.clock.sleep(HOUR)
    fleet.targets.machine("h1").script(kind, ("failed", "gone"))
    fleet.say(d, CONFIRMED)
    assert fleet.resume().state is State.BACKED_OUT
    assert {hosts for _, hosts in fleet.started()} == {("h1",)}, "the second wave is not begun"


@pytest.mark.parametrize("soak", ["0s", "10s"])
def test_hosts_that_are_well_are_asked_once_and_the_soak_is_not_made_longer(soak: str) -> None:
    fleet, d = waiting(soak=soak)
    before = looks(fleet, d)
    fleet.clock.sleep(HOUR)
    confirmed = fleet.say(d, CONFIRMED).last_at
    ended = fleet.resume()
    assert ended.state is State.COMPLETED
    assert looks(fleet, d) == before + 1
    assert not any(event.unwatched for event in fleet.events(d, e.WaveChecked))
    assert (ended.last_at - confirmed).total_seconds() < 30


def test_who_confirms_at_once_waits_for_no_further_look() -> None:
    fleet, d = waiting(soak="10s", every="60s")
    before = looks(fleet, d)
    fleet.clock.sleep(5)
    fleet.say(d, CONFIRMED)
    assert fleet.resume().state is State.COMPLETED
    assert looks(fleet, d) == before


def test_a_confirmation_in_the_middle_ends_no_soak() -> None:
    fleet = Fleet(
        plan_tree(
            kind="phased",
            waves=[{"count": 1, "gate": {"confirm": "service owner", "soak": "20s", "every": "5s"}}, "rest"],
        )
    )
    words = {"orch": 1, "policy": "house", "version": 1, "title": "House rules", "undo_before_close": False}
    fleet.authority.policy = ReleasePolicy.model_validate({**words, "confirm": {"before_soak_ends": True}})
    asked: list[str] = []

    def confirm(question: str) -> None:
        asked.append(question)
        if asked.count("verify") == 4:
            fleet.say(fleet.now(fleet.ports.journal.deployments()[0]), CONFIRMED)

    fleet.targets.on_question = confirm
    d = fleet.deploy()
    assert d.state is State.COMPLETED
    at: dict[str, list[datetime]] = {"gate_reached": [], "gate_passed": []}
    for record in fleet.ports.journal.read(d.id):
        at.setdefault(record.event.kind, []).append(record.at)
    assert (at["gate_passed"][0] - at["gate_reached"][0]).total_seconds() >= 20
