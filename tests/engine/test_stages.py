"""Stages: in order, each with its own playbooks, taken back in reverse; a host of several, and steps that run once."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.errors import Refused
from tests.fakes.playbooks import Script
from tests.worlds.fleet import Fleet
from tests.worlds.stages import ran, staged

TIERS = ("db1", "app1", "app2", "edge1")
THREE_TIERS: list[dict[str, Any]] = [
    {"name": "database", "on": "db1", "playbook": "playbooks/db.yml", "backout": "rollback/db.yml"},
    {
        "name": "application",
        "on": "app*",
        "playbook": "playbooks/app.yml",
        "waves": [1, "rest"],
        "backout": "rollback/app.yml",
    },
    {"name": "proxy", "on": "edge1", "playbook": "playbooks/edge.yml", "backout": "rollback/edge.yml"},
]


def fleet_of(stages: list[dict[str, Any]], hosts: tuple[str, ...] = TIERS, **backout: Any) -> Fleet:
    return Fleet(staged(stages, **backout), hosts)


def test_the_stages_follow_one_another_each_with_its_own_playbook() -> None:
    fleet = fleet_of(THREE_TIERS)
    d = fleet.deploy()
    assert d.state is State.COMPLETED
    assert ran(fleet) == [
        ("playbooks/db.yml", ("db1",)),
        ("playbooks/app.yml", ("app1",)),
        ("playbooks/app.yml", ("app2",)),
        ("playbooks/edge.yml", ("edge1",)),
    ]
    assert [wave.name for wave in d.waves] == [
        "database",
        "application: wave 1",
        "application: wave 2",
        "proxy",
    ]


def test_a_failure_in_the_last_stage_takes_back_the_later_ones_first() -> None:
    fleet = fleet_of(THREE_TIERS)
    fleet.playbooks.script("deploy", ["edge1"], Script(results={"edge1": "not_done"}))
    d = fleet.deploy()
    assert d.state is State.BACKED_OUT
    assert ran(fleet)[4:] == [
        ("rollback/edge.yml", ("edge1",)),
        ("rollback/app.yml", ("app2",)),
        ("rollback/app.yml", ("app1",)),
        ("rollback/db.yml", ("db1",)),
    ]
    assert len(fleet.events(d, e.RestorationCompared)) == 1


def test_a_stage_that_was_never_reached_is_not_taken_back() -> None:
    fleet = fleet_of(THREE_TIERS)
    fleet.playbooks.script("deploy", ["app1"], Script(results={"app1": "not_done"}))
    d = fleet.deploy()
    assert d.state is State.BACKED_OUT
    assert ran(fleet)[2:] == [("rollback/app.yml", ("app1",)), ("rollback/db.yml", ("db1",))]
    assert d.standings["edge1"].standing == "untouched"


def test_a_backout_that_fails_in_one_stage_is_a_failed_backout_and_the_others_are_taken_back() -> None:
    fleet = fleet_of(THREE_TIERS)
    fleet.playbooks.script("deploy", ["edge1"], Script(results={"edge1": "not_done"}))
    fleet.playbooks.script("backout", ["app2"], Script(results={"app2": "not_done"}))
    d = fleet.deploy()
    assert d.state is State.BACKOUT_FAILED
    assert [hosts for name, hosts in ran(fleet) if name == "rollback/app.yml"] == [
        ("app2",),
        ("app2",),
        ("app1",),
    ]
    assert d.standings["db1"].standing == "restored"


TWICE: list[dict[str, Any]] = [
    {"name": "binaries", "on": "h*", "playbook": "playbooks/bin.yml", "acceptance": [{"tcp": 22}],
     "backout": "rollback/bin.yml"},
    {"name": "switch", "on": "h*", "playbook": "playbooks/switch.yml", "waves": [1, "rest"], "backout": "rollback/switch.yml"},
]  # fmt: skip


def test_a_host_of_two_stages_is_deployed_to_and_verified_in_both() -> None:
    fleet = fleet_of(TWICE, ("h1", "h2"))
    d = fleet.deploy()
    assert d.state is State.COMPLETED
    assert ran(fleet) == [
        ("playbooks/bin.yml", ("h1", "h2")),
        ("playbooks/switch.yml", ("h1",)),
        ("playbooks/switch.yml", ("h2",)),
    ]
    assert asked_by_wave(fleet, d) == [
        (0, {"h1": {"tcp"}, "h2": {"tcp"}}),
        (1, {"h1": {"http"}}),
        (2, {"h1": {"http"}, "h2": {"http"}}),
    ]


def asked_by_wave(fleet: Fleet, d: Deployment) -> list[tuple[int, dict[str, set[str]]]]:
    """The kinds of the checks of each verification, by host."""
    asked: list[tuple[int, dict[str, set[str]]]] = []
    for event in fleet.events(d, e.WaveChecked):
        kinds: dict[str, set[str]] = {}
        for result in event.results:
            if result.kind not in ("reachable", "component"):
                kinds.setdefault(result.host, set()).add(result.kind)
        asked.append((event.wave, kinds))
    return asked


def test_a_soak_asks_nothing_of_a_stage_that_is_still_to_come() -> None:
    first, second = TWICE
    soaking = {**first, "gate": {"soak": "2s", "every": "1s"}}
    fleet = fleet_of([soaking, {**second, "acceptance": [{"unit": "app"}]}], ("h1", "h2"))
    d = fleet.deploy()
    assert d.state is State.COMPLETED
    soaked = [event for event in fleet.events(d, e.WaveChecked) if event.stage == "soak" and event.wave == 0]
    assert soaked
    assert {result.kind for event in soaked for result in event.results} == {"reachable", "tcp"}
    [last] = [event for event in fleet.events(d, e.WaveChecked) if event.wave == 2]
    assert "unit" in {result.kind for result in last.results}


def test_a_host_of_two_stages_is_taken_back_in_each_that_touched_it() -> None:
    fleet = fleet_of(TWICE, ("h1", "h2"))
    fleet.playbooks.script("deploy", ["h1"], Script(results={"h1": "not_done"}))
    d = fleet.deploy()
    assert d.state is State.BACKED_OUT
    assert ran(fleet)[2:] == [("rollback/switch.yml", ("h1",)), ("rollback/bin.yml", ("h1", "h2"))]
    assert d.touched_hosts == ("h1", "h2")


def test_a_run_that_never_began_in_a_later_stage_leaves_the_host_touched() -> None:
    fleet = fleet_of(TWICE, ("h1", "h2"))
    for host in ("h1", "h2"):
        fleet.targets.machine(host).epoch = 0
    fleet.playbooks.script("deploy", ["h1"], Script(results={"h1": "untouched"}, faults=("no role",)))
    d = fleet.deploy()
    assert d.driving.hold is not None
    assert (d.standings["h1"].standing, d.touched_hosts) in [("due", ("h1", "h2")), ("unknown", ("h1", "h2"))]
    assert d.state is State.DEPLOYING


ONCE: list[dict[str, Any]] = [
    {"name": "migrate", "on": "h*", "once": True, "playbook": "playbooks/migrate.yml", "acceptance": [{"tcp": 5432}],
     "backout": "rollback/migrate.yml"},
    {"name": "application", "on": "h*", "playbook": "playbooks/app.yml", "waves": [1, "rest"], "backout": "rollback/app.yml"},
]  # fmt: skip


def held(stages: list[dict[str, Any]]) -> Fleet:
    return fleet_of(stages, ("h1", "h2"), on_failure="hold")


def test_a_step_that_runs_once_runs_on_one_host_and_a_retry_of_a_later_stage_does_not_repeat_it() -> None:
    fleet = held(ONCE)
    fleet.playbooks.script("deploy", ["h2"], Script(results={"h2": "not_done"}))
    d = fleet.deploy()
    assert d.driving.hold is not None
    fleet.playbooks.script("deploy", ["h2"], Script())
    fleet.say(d, e.Retried(by="ann", reason="the disk is larger now"))
    assert fleet.resume().state is State.COMPLETED
    assert [hosts for name, hosts in ran(fleet) if name == "playbooks/migrate.yml"] == [("h1",)]


def test_a_retry_of_the_step_itself_is_refused_and_the_refusal_says_how_it_runs_once_more() -> None:
    fleet = held(ONCE)
    fleet.playbooks.script("deploy", ["h1"], Script(results={"h1": "not_done"}))
    d = fleet.deploy()
    with pytest.raises(Refused, match=r"migrate runs once, and has run.*orch retry .* --again --reason WHY"):
        fleet.say(d, e.Retried(by="ann", reason="try again"))
    fleet.playbooks.script("deploy", ["h1"], Script())
    fleet.say(d, e.Retried(by="ann", reason="it had done nothing", again=True))
    assert fleet.resume().state is State.COMPLETED
    assert [hosts for name, hosts in ran(fleet) if name == "playbooks/migrate.yml"] == [("h1",), ("h1",)]


def test_the_refusal_names_the_way_back_too() -> None:
    fleet = held(ONCE)
    fleet.playbooks.script("deploy", ["h1"], Script(results={"h1": "not_done"}))
    d = fleet.deploy()
    assert fleet.roll_back(d).state is State.BACKED_OUT
    assert ran(fleet)[1:] == [("rollback/migrate.yml", ("h1",))]


def test_a_lost_run_of_a_step_that_runs_once_waits_for_a_person() -> None:
    fleet = held(ONCE)
    fleet.playbooks.script("deploy", ["h1"], Script(dies=True))
    d = fleet.deploy()
    assert d.driving.hold is not None
    assert ("not declared idempotent" in d.driving.hold.reason, len(ran(fleet))) == (True, 1)
    fleet.playbooks.script("deploy", ["h1"], Script())
    fleet.say(d, e.Retried(by="ann", reason="it had not begun", again=True))
    assert fleet.resume().state is State.COMPLETED


def test_checks_units_and_scopes_are_asked_where_they_are_about() -> None:
    tree = staged(THREE_TIERS)
    tree["validation"]["acceptance"] = [
        {"http": "http://{address}/", "on": "app*"},
        {"unit": "db", "on": "db1:edge1"},
    ]
    tree["release"]["units"][0]["on"] = "app*"
    fleet = Fleet(tree, TIERS)
    d = fleet.deploy()
    assert d.state is State.COMPLETED
    asked = {(r.host, r.title) for event in fleet.events(d, e.WaveChecked) for r in event.results}
    assert {title for host, title in asked if host == "db1"} == {"reachable over ssh", "unit db"}
    assert any(host == "app1" and title.startswith("components") for host, title in asked)
    assert not any(host == "db1" and title.startswith("components") for host, title in asked)


def test_units_are_looked_for_after_the_last_stage_of_a_host() -> None:
    fleet = fleet_of(TWICE, ("h1", "h2"))
    d = fleet.deploy()
    checked = fleet.events(d, e.WaveChecked)
    by_wave = [{r.host for r in event.results if r.kind == "component"} for event in checked]
    assert by_wave == [set(), {"h1"}, {"h2"}]
