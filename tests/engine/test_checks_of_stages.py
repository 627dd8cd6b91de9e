"""Which checks a host is asked, and when, where it is deployed to in several stages (docs/adr/0072)."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.domain.evidence.attempt import AttemptRequest
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.errors import PlanFault
from tests.worlds.fleet import Fleet
from tests.worlds.stages import ran, staged

SCHEMA: dict[str, Any] = {
    "name": "schema",
    "on": "db1",
    "playbook": "playbooks/db.yml",
    "backout": "rollback/db.yml",
}
FILES: dict[str, Any] = {
    "name": "files",
    "on": "app*",
    "playbook": "playbooks/files.yml",
    "acceptance": [{"tcp": 81, "title": "the page of the works"}],
    "backout": "rollback/files.yml",
}
SWITCH: dict[str, Any] = {
    "name": "switch",
    "on": "app*",
    "playbook": "playbooks/switch.yml",
    "acceptance": [{"tcp": 82, "title": "the switch"}],
    "backout": "rollback/switch.yml",
}
HOSTS = ("db1", "app1", "app2")


def fleet_of(*stages: dict[str, Any], **backout: Any) -> Fleet:
    fleet = Fleet(staged(list(stages), **backout), HOSTS)
    del fleet.tree["release"]["units"][0]["on_target"]
    return fleet


def asked(fleet: Fleet, name: str) -> list[tuple[str, str, set[tuple[str, str]]]]:
    """Each verification and each look: its kind, its wave, and which host was asked what."""
    d = fleet.now(name)
    return [
        (
            event.stage,
            d.waves[event.wave].name,
            {(r.host, r.title) for r in event.results if r.kind != "reachable"},
        )
        for event in fleet.events(d, e.WaveChecked)
    ]


WHOLE = "http http://{address}/"


def on(title: str, *hosts: str) -> set[tuple[str, str]]:
    return {(host, title) for host in hosts}


def test_the_whole_plan_is_asked_after_the_last_stage_of_a_host_and_of_all_at_the_end() -> None:
    fleet = fleet_of(SCHEMA, FILES, SWITCH)
    d = fleet.deploy()
    assert d.state is State.COMPLETED
    apps = ("app1", "app2")
    assert asked(fleet, d.id) == [
        ("verification", "schema", on(WHOLE, "db1")),
        ("verification", "files", on("the page of the works", *apps)),
        ("verification", "switch", on("the switch", *apps) | on(WHOLE, *apps, "db1")),
    ]


def test_a_check_that_holds_only_after_the_last_stage_does_not_reject_the_first() -> None:
    fleet = fleet_of(SCHEMA, FILES, SWITCH)

    def switched(request: AttemptRequest) -> None:
        for host in request.hosts if "switch" in request.playbook else ():
            fleet.targets.machine(host).script("http", ("passed", "200"))

    fleet.playbooks.on_start = switched
    for host in ("app1", "app2"):
        fleet.targets.machine(host).script("http", ("failed", "no page yet"))
    assert fleet.deploy().state is State.COMPLETED


def test_a_tier_that_a_later_one_breaks_is_seen_at_the_end_and_all_is_taken_back() -> None:
    fleet = fleet_of(SCHEMA, FILES, SWITCH)
    fleet.targets.machine("db1").script("http", ("passed", "200"), ("failed", "too many clients"))
    d = fleet.deploy()
    assert d.state is State.BACKED_OUT
    [rejected] = fleet.events(d, e.WaveRejected)
    assert (rejected.wave, rejected.hosts) == (2, ("db1",))
    assert [name for name, _hosts in ran(fleet)[3:]] == [
        "rollback/switch.yml",
        "rollback/files.yml",
        "rollback/db.yml",
    ]


def test_a_retry_after_the_last_look_asks_the_broken_tier_again_and_deploys_nothing_there() -> None:
    fleet = fleet_of(SCHEMA, FILES, SWITCH, on_failure="hold")
    fleet.targets.machine("db1").script("http", ("passed", "200"), ("failed", "too many"), ("passed", "200"))
    d = fleet.deploy()
    assert d.driving.hold is not None
    runs = len(ran(fleet))
    fleet.say(d, e.Retried(by="ann", reason="it has room for more clients now"))
    assert fleet.resume().state is State.COMPLETED
    assert len(ran(fleet)) == runs
    assert fleet.now(d.id).standings["db1"].standing == "verified"


def test_a_retry_does_not_forgive_what_is_still_broken() -> None:
    fleet = fleet_of(SCHEMA, FILES, SWITCH, on_failure="hold")
    fleet.targets.machine("db1").script("http", ("passed", "200"), ("failed", "too many clients"))
    d = fleet.deploy()
    fleet.say(d, e.Retried(by="ann", reason="perhaps"))
    again = fleet.resume()
    assert (again.driving.hold is not None, again.standings["db1"].standing) == (True, "failed")


def test_the_checks_of_a_stage_are_watched_until_the_next_stage_of_the_host_begins() -> None:
    soaking = {"gate": {"soak": "2s", "every": "1s"}}
    fleet = fleet_of(SCHEMA, {**FILES, **soaking}, {**SWITCH, **soaking})
    d = fleet.deploy()
    assert d.state is State.COMPLETED
    looks = [(wave, titles) for kind, wave, titles in asked(fleet, d.id) if kind == "soak" and titles]
    apps = ("app1", "app2")
    between, at_the_end = looks[0], looks[-1]
    assert between == ("files", on("the page of the works", *apps) | on(WHOLE, "db1"))
    assert at_the_end == ("switch", on("the switch", *apps) | on(WHOLE, *HOSTS))


def test_early_life_support_asks_what_holds_at_the_end() -> None:
    fleet = fleet_of(SCHEMA, FILES, SWITCH)
    fleet.tree["validation"]["early_life"] = {"duration": "2s", "every": "1s"}
    d = fleet.deploy()
    assert d.state is State.COMPLETED
    [*_, (kind, _wave, titles)] = asked(fleet, d.id)
    assert (kind, titles) == ("early_life", on("the switch", "app1", "app2") | on(WHOLE, *HOSTS))


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        pytest.param({"acceptance": []}, "none on app1, app2", id="none"),
        pytest.param({"acceptance": [{"tcp": 81, "on": "app1"}]}, "none on app2", id="of one host"),
        pytest.param(
            {"acceptance": [], "waves": [{"count": 1, "acceptance": [{"tcp": 81}]}, "rest"]},
            "none on app1, app2",
            id="of one wave",
        ),
    ],
)
def test_a_stage_whose_hosts_come_again_has_a_check_of_its_own_on_each(
    change: dict[str, Any], finding: str
) -> None:
    fleet = fleet_of(SCHEMA, {**FILES, **change}, SWITCH)
    with pytest.raises(PlanFault, match=rf"strategy.stages\[1\].acceptance: expected .*{finding}"):
        fleet.deploy()
    assert ran(fleet) == []


@pytest.mark.parametrize(
    "change",
    [
        {"acceptance": [], "waves": [{"rest": True, "acceptance": [{"tcp": 81}]}]},
        {"acceptance": [{"tcp": 81, "on": "app1"}, {"tcp": 82, "on": "app2"}]},
    ],
    ids=["by each wave", "one for each host"],
)
def test_a_check_of_each_wave_or_for_each_host_is_enough(change: dict[str, Any]) -> None:
    assert fleet_of(SCHEMA, {**FILES, **change}, SWITCH).deploy().state is State.COMPLETED


def test_the_last_stage_of_a_host_needs_no_check_of_its_own() -> None:
    plain = {key: value for key, value in SWITCH.items() if key != "acceptance"}
    assert fleet_of(SCHEMA, FILES, plain).deploy().state is State.COMPLETED
