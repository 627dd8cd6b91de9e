"""Somebody edits the store while a driver is at work: no wave begins on it, and the hosts are not left half done."""

from contextlib import suppress
from pathlib import Path

import pytest

from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.engine.use_cases.deployment_commands import signal
from orchestrator.engine.use_cases.seal_words import accept
from orchestrator.errors import StoreFault
from tests.seals.sealed_fleet import Edit, SealedFleet, edited

RESULT = edited("wave_checked", '"results":[', '"results":[ ')
WHO = edited("approved", '"basis":"', '"basis":"Li, ')


def other_hosts(fleet: SealedFleet, deployment: str) -> None:
    """The baseline's event says something else of a host."""
    fleet.by_hand(
        "UPDATE events SET body = replace(body, '\"items\":', '\"items\":1') "
        f"WHERE deployment = '{deployment}' AND kind = 'baseline_captured'"
    )


def other_table(statement: str) -> Edit:
    def edit(fleet: SealedFleet, deployment: str) -> None:
        fleet.by_hand(statement.format(d=deployment))

    return edit


INTACT: dict[str, Edit] = {
    "a check's result": RESULT,
    "who approved": WHO,
    "a leaf": other_table("DELETE FROM seal_leaves WHERE deployment = '{d}' AND seq = 2"),
    "the checkpoint": other_table("UPDATE seal_state SET note = replace(note, 'breaks 0', 'breaks 7')"),
    "all seals": other_table("DELETE FROM seal_state"),
}
DAMAGED: dict[str, Edit] = {
    "what was captured": other_hosts,
    "what a run did": edited("attempt_ended", '"done"', '"not_done"'),
    "an event that cannot be read": edited("attempt_intended", "{", "x"),
    "an event that is gone": other_table("DELETE FROM events WHERE deployment = '{d}' AND seq = 3"),
}


@pytest.mark.parametrize("what", sorted(INTACT))
def test_it_backs_out_from_what_is_intact(tmp_path: Path, what: str) -> None:
    fleet = SealedFleet(tmp_path / "home")
    fleet.edits["wave_verified"] = INTACT[what]
    d = fleet.driven()
    assert d.state is State.BACKED_OUT
    assert fleet.started() == [("deploy", ("h1",)), ("backout", ("h1",))]
    [broken] = fleet.events(d, e.SealBroken)
    assert broken.facts == "intact"
    [began] = fleet.events(d, e.BackoutBegan)
    assert [ground.code for ground in began.reasons] == ["backout.record_broken"]


@pytest.mark.parametrize("what", sorted(DAMAGED))
def test_it_holds_where_what_a_backout_rests_on_is_damaged(tmp_path: Path, what: str) -> None:
    fleet = SealedFleet(tmp_path / "home")
    seen: list[e.Event] = []
    fleet.edits["wave_verified"] = DAMAGED[what]
    fleet.edits["held"] = lambda fleet, deployment: seen.append(e.Paused(by="x", reason="held"))
    with suppress(StoreFault):  # what cannot be read cannot be shown either
        fleet.driven()
    assert fleet.started() == [("deploy", ("h1",))]
    assert seen, "it was not held"


def test_before_any_host_is_touched_nothing_is_done(tmp_path: Path) -> None:
    fleet = SealedFleet(tmp_path / "home")
    fleet.edits["baseline_captured"] = WHO
    d = fleet.driven()
    assert (d.driving.hold is not None, d.touched_hosts, fleet.started()) == (True, (), [])


def test_the_end_is_not_written_on_a_broken_record(tmp_path: Path) -> None:
    fleet = SealedFleet(tmp_path / "home", on_failure="hold")

    def at_the_last_gate(fleet: SealedFleet, deployment: str) -> None:
        fleet.edits["wave_verified"] = RESULT

    fleet.edits["gate_passed"] = at_the_last_gate
    d = fleet.driven()
    assert d.driving.hold is not None
    assert "seal.event_changed" in d.driving.hold.reason
    assert "completed" not in fleet.kinds(d)
    with pytest.raises(StoreFault, match="orch record accept"):
        signal(fleet.ports, d.id, e.Retried(by="ann", reason="go on"))
    accept(fleet.ports, d, by="ann", reason="compared with the backup")
    d = signal(fleet.ports, d.id, e.Retried(by="ann", reason="go on"))
    assert fleet.gone_on(d).state is State.COMPLETED


def test_a_break_during_a_backout_does_not_stop_it(tmp_path: Path) -> None:
    fleet = SealedFleet(tmp_path / "home")
    fleet.edits["wave_verified"] = RESULT
    fleet.edits["backout_began"] = WHO
    d = fleet.driven()
    assert d.state is State.BACKED_OUT
    assert [len(each.damage) for each in fleet.events(d, e.SealBroken)] == [1, 2]


def test_what_was_accepted_stops_nothing_more(tmp_path: Path) -> None:
    fleet = SealedFleet(tmp_path / "home", on_failure="hold")
    fleet.edits["wave_verified"] = RESULT
    d = fleet.driven()
    accept(fleet.ports, d, by="ann", reason="known")
    signal(fleet.ports, d.id, e.Retried(by="ann", reason="go on"))
    assert fleet.gone_on(d).state is State.COMPLETED
    assert len(fleet.events(d, e.SealBroken)) == 1


def test_damage_to_another_deployment_stops_nothing(tmp_path: Path) -> None:
    fleet = SealedFleet(tmp_path / "home")
    first = fleet.driven()
    assert first.state is State.COMPLETED

    def damage(fleet: SealedFleet, deployment: str) -> None:
        fleet.by_hand(
            f"UPDATE events SET at = '2020-01-01T00:00:00.000000+00:00' WHERE deployment = '{first.id}'",
            f"UPDATE seal_log SET size = 99 WHERE deployment = '{first.id}'",
        )

    fleet.edits["wave_verified"] = damage
    fleet.clock.sleep(10)
    assert fleet.driven().state is State.COMPLETED
