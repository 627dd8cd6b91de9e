"""What a person decides in the middle of a release with stages, and a host that is in three of them."""

from __future__ import annotations

from typing import Any

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.attempt import AttemptRequest
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from tests.fakes.playbooks import Script
from tests.worlds.fleet import Fleet
from tests.worlds.stages import ran, staged

BY_HAND: dict[str, Any] = {
    "who": "deployment manager",
    "instruction": "Turn the key.",
    "evidence": "A photograph.",
}
FILES: dict[str, Any] = {
    "name": "files",
    "on": "h*",
    "playbook": "playbooks/files.yml",
    "acceptance": [{"tcp": 81}],
    "backout": "rollback/files.yml",
}
KEY: dict[str, Any] = {
    "name": "key",
    "on": "h*",
    "manual": BY_HAND,
    "acceptance": [{"tcp": 82}],
    "backout": {"manual": {**BY_HAND, "instruction": "Turn the key back."}},
}
SWITCH: dict[str, Any] = {
    "name": "switch",
    "on": "h*",
    "playbook": "playbooks/switch.yml",
    "waves": [1, "rest"],
    "backout": "rollback/switch.yml",
}
ONCE: dict[str, Any] = {
    "name": "migrate",
    "on": "h1",
    "once": True,
    "playbook": "playbooks/migrate.yml",
    "acceptance": [{"tcp": 5432}],
    "backout": "rollback/migrate.yml",
}


def fleet_of(*stages: dict[str, Any], hosts: tuple[str, ...] = ("h1", "h2"), **backout: Any) -> Fleet:
    return Fleet(staged(list(stages), **backout), hosts)


def by_hand(fleet: Fleet, result: e.StepResult = "done") -> Deployment:
    """The word of the person whom the deployment waits for, and what follows."""
    d = fleet.now(fleet.ports.journal.deployments()[0])
    assert d.open_attempt is not None
    attempt = d.open_attempt.attempt
    fleet.say(
        d, e.StepAnswered(attempt=attempt, result=result, role="deployment manager", by="ann", note="seen")
    )
    return fleet.resume()


def test_a_host_that_fails_in_its_third_stage_is_taken_back_in_all_three_the_second_by_hand() -> None:
    fleet = fleet_of(FILES, KEY, SWITCH)
    fleet.playbooks.script("deploy", ["h1"], Script(results={"h1": "not_done"}))
    fleet.deploy()
    waiting = by_hand(fleet)
    assert waiting.state is State.BACKING_OUT
    assert waiting.open_attempt is not None
    assert waiting.open_attempt.manual
    assert [name for name, _hosts in ran(fleet)] == [
        "playbooks/files.yml",
        "playbooks/switch.yml",
        "rollback/switch.yml",
    ]
    d = by_hand(fleet)
    assert d.state is State.BACKED_OUT
    assert ran(fleet)[2:] == [("rollback/switch.yml", ("h1",)), ("rollback/files.yml", ("h1", "h2"))]
    assert {s.standing for s in d.standings.values()} == {"restored"}


def test_a_retry_in_the_third_stage_repeats_neither_the_first_nor_the_work_by_hand() -> None:
    fleet = fleet_of(FILES, KEY, SWITCH, on_failure="hold")
    fleet.playbooks.script("deploy", ["h2"], Script(results={"h2": "not_done"}))
    fleet.deploy()
    d = by_hand(fleet)
    assert d.driving.hold is not None
    fleet.playbooks.script("deploy", ["h2"], Script())
    fleet.say(d, e.Retried(by="ann", reason="the disk is larger now"))
    assert fleet.resume().state is State.COMPLETED
    assert ran(fleet) == [
        ("playbooks/files.yml", ("h1", "h2")),
        ("playbooks/switch.yml", ("h1",)),
        ("playbooks/switch.yml", ("h2",)),
        ("playbooks/switch.yml", ("h2",)),
    ]


def test_work_by_hand_that_failed_is_asked_for_once_more_by_a_retry() -> None:
    fleet = fleet_of(FILES, KEY, SWITCH, on_failure="hold")
    fleet.deploy()
    d = by_hand(fleet, "failed")
    assert d.driving.hold is not None
    fleet.say(d, e.Retried(by="ann", reason="the right key is there now"))
    waiting = fleet.resume()
    assert waiting.open_attempt is not None
    assert waiting.open_attempt.manual
    assert by_hand(fleet).state is State.COMPLETED


def test_a_host_left_out_of_one_stage_is_in_none_of_the_later_ones() -> None:
    fleet = fleet_of(FILES, KEY, SWITCH, hosts=("h1", "h2", "h3"), on_failure="hold")
    fleet.playbooks.script("deploy", ["h1", "h2", "h3"], Script(results={"h2": "not_done"}))
    d = fleet.deploy()
    assert d.driving.hold is not None
    fleet.say(d, e.Excluded(hosts=("h2",), by="ann", reason="its disk is broken"))
    waiting = fleet.resume()
    assert waiting.open_attempt is not None
    assert waiting.open_attempt.hosts == ("h1", "h3")
    d = by_hand(fleet)
    assert (d.state, d.standings["h2"].standing) == (State.COMPLETED_WITH_EXCEPTIONS, "excluded")
    assert ran(fleet)[1:] == [("playbooks/switch.yml", ("h1",)), ("playbooks/switch.yml", ("h3",))]


def test_a_host_left_out_of_one_stage_is_taken_back_with_the_others_when_a_later_one_fails() -> None:
    fleet = fleet_of(FILES, SWITCH, hosts=("h1", "h2", "h3"), on_failure="hold")
    fleet.playbooks.script("deploy", ["h1", "h2", "h3"], Script(results={"h2": "not_done"}))
    d = fleet.deploy()
    fleet.say(d, e.Excluded(hosts=("h2",), by="ann", reason="its disk is broken"))
    fleet.playbooks.script("deploy", ["h1"], Script(results={"h1": "not_done"}))
    d = fleet.resume()
    assert d.driving.hold is not None
    assert fleet.roll_back(d).state is State.BACKED_OUT
    assert ran(fleet)[2:] == [("rollback/switch.yml", ("h1",)), ("rollback/files.yml", ("h1", "h2", "h3"))]


def test_a_pause_in_one_stage_is_kept_before_the_next_and_nothing_is_repeated() -> None:
    fleet = fleet_of(FILES, SWITCH)

    def pause(request: AttemptRequest) -> None:
        if "files" in request.playbook:
            fleet.say(fleet.now(fleet.ports.journal.deployments()[0]), e.Paused(by="ann", reason="lunch"))

    fleet.playbooks.on_start = pause
    d = fleet.deploy()
    assert (d.driving.paused, d.state, len(ran(fleet))) == ("ann: lunch", State.DEPLOYING, 1)
    fleet.say(d, e.Resumed(by="ann", reason="lunch is over"))
    assert fleet.resume().state is State.COMPLETED
    assert [name for name, _hosts in ran(fleet)].count("playbooks/files.yml") == 1


def rejected_once() -> tuple[Fleet, Deployment]:
    """A step that runs once has run to its end, and its check did not pass."""
    fleet = fleet_of(ONCE, SWITCH, on_failure="hold")
    fleet.targets.machine("h1").script("tcp", ("failed", "refused"), ("passed", "open"))
    d = fleet.deploy()
    assert (d.driving.hold is not None, d.state) == (True, State.VERIFYING_WAVE)
    return fleet, d


def times_migrated(fleet: Fleet) -> int:
    return [name for name, _hosts in ran(fleet)].count("playbooks/migrate.yml")


def test_a_retry_asks_the_checks_of_a_step_that_ran_once_again_and_does_not_run_it() -> None:
    fleet, d = rejected_once()
    fleet.say(d, e.Retried(by="ann", reason="the port is open now"))
    assert fleet.resume().state is State.COMPLETED
    assert times_migrated(fleet) == 1


def test_a_retry_of_a_step_that_ran_once_does_not_forgive_it() -> None:
    fleet, d = rejected_once()
    fleet.targets.machine("h1").script("tcp", ("failed", "refused"))
    fleet.say(d, e.Retried(by="ann", reason="perhaps"))
    again = fleet.resume()
    assert (again.driving.hold is not None, again.standings["h1"].standing) == (True, "failed")
    assert times_migrated(fleet) == 1


def test_a_step_that_ran_once_and_was_rejected_runs_once_more_if_a_person_says_so() -> None:
    fleet, d = rejected_once()
    fleet.say(d, e.Retried(by="ann", reason="it had stopped half way", again=True))
    assert fleet.resume().state is State.COMPLETED
    assert times_migrated(fleet) == 2


def test_a_stage_that_runs_once_last_is_not_repeated_for_a_tier_that_broke_at_the_end() -> None:
    first = {**SWITCH, "on": "h2", "waves": []}
    fleet = fleet_of(first, ONCE, on_failure="hold")
    fleet.targets.machine("h2").script("http", ("passed", "200"), ("failed", "503"), ("passed", "200"))
    d = fleet.deploy()
    assert (d.driving.hold is not None, d.standings["h2"].standing) == (True, "failed")
    fleet.say(d, e.Retried(by="ann", reason="its pool is larger now"))
    assert fleet.resume().state is State.COMPLETED
    assert [name for name, _hosts in ran(fleet)] == ["playbooks/switch.yml", "playbooks/migrate.yml"]


def test_a_tier_that_broke_at_the_end_can_be_left_out() -> None:
    first = {**SWITCH, "on": "h2", "waves": []}
    fleet = fleet_of(first, ONCE, on_failure="hold")
    fleet.targets.machine("h2").script("http", ("passed", "200"), ("failed", "503"))
    d = fleet.deploy()
    fleet.say(d, e.Excluded(hosts=("h2",), by="ann", reason="it is replaced tomorrow"))
    d = fleet.resume()
    assert (d.state, d.standings["h2"].standing) == (State.COMPLETED_WITH_EXCEPTIONS, "excluded")


def test_a_later_wave_whose_only_host_was_left_out_is_not_passed_over_as_if_it_had_gone_well() -> None:
    fleet = fleet_of(FILES, SWITCH, on_failure="hold")
    fleet.playbooks.script("deploy", ["h1", "h2"], Script(results={"h1": "not_done"}))
    d = fleet.deploy()
    fleet.say(d, e.Excluded(hosts=("h1",), by="ann", reason="its disk is broken"))
    d = fleet.resume()
    assert d.driving.hold is not None
    assert d.driving.hold.reason == "every host of the wave is excluded"
    assert fleet.roll_back(d).state is State.BACKED_OUT
    assert ran(fleet)[1:] == [("rollback/files.yml", ("h1", "h2"))]
