"""Metrics at the gates of a deployment: over the real engine and sources that a test owns."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.reading import Reading
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.policy.telling.next_moves import next_moves
from tests.worlds.fleet import Fleet
from tests.worlds.plans import plan_tree

ERRORS: dict[str, Any] = {
    "name": "error ratio",
    "prometheus": {"url": "http://127.0.0.1:9090", "query": 'sum(errors{instance=~"{hosts}"})'},
    "every": "10s",
    "success": "<= 1.5",
    "failure": "> 3",
}
RATIO = {"by": "ratio", "without_control": "skip"}


def metric(**fields: Any) -> dict[str, Any]:
    return {**ERRORS, **fields}


def fleet(*metrics: dict[str, Any], early_life: dict[str, Any] | None = None, **gate: Any) -> Fleet:
    whole = {"soak": "30s", "every": "10s", "metrics": list(metrics), **gate}
    tree = plan_tree(waves=[{"count": 1, "gate": whole}, "rest"])
    if early_life is not None:
        tree["validation"]["early_life"] = early_life
    return Fleet(tree)


def measured(world: Fleet, d: Deployment) -> list[str]:
    return [event.verdict for event in world.events(d, e.Measured)]


def test_a_gate_with_metrics_passes_with_their_successes_counted() -> None:
    world = fleet(metric())
    d = world.deploy()
    assert d.state is State.COMPLETED
    assert measured(world, d) == ["success"] * 3
    assert world.measurements.asked[0] == ("error ratio", ("h1",))


def test_what_is_not_counted_when_the_soak_is_over_is_measured_on() -> None:
    world = fleet(metric(count=5))
    d = world.deploy()
    assert d.state is State.COMPLETED
    assert measured(world, d) == ["success"] * 5
    took = next(r.at for r in world.ports.journal.read(d.id) if r.event.kind == "gate_passed") - next(
        r.at for r in world.ports.journal.read(d.id) if r.event.kind == "gate_reached"
    )
    assert took >= timedelta(seconds=50)


def test_more_failures_than_the_limit_reject_the_wave_and_back_it_out() -> None:
    world = fleet(metric(failed_limit=1))
    world.measurements.script("error ratio", 1.0, 4.0, 4.0)
    d = world.deploy()
    assert d.state is State.BACKED_OUT
    [rejected] = world.events(d, e.WaveRejected)
    assert [ground.code for ground in rejected.reasons] == ["metric.failed"]
    assert "error ratio of the 1 new host is 4" in rejected.reason
    assert "2 measurements failed, allowed 1" in rejected.reason
    assert world.started()[-1] == ("backout", ("h1",))


def test_failures_within_the_limit_let_it_go_on() -> None:
    world = fleet(metric(failed_limit=1))
    world.measurements.script("error ratio", 4.0, 1.0)
    assert world.deploy().state is State.COMPLETED


@pytest.mark.parametrize(
    "reading",
    [
        Reading(2.0),
        Reading(trouble="no_answer", detail="connection refused"),
        Reading(trouble="no_value"),
        Reading(trouble="not_a_number", detail="NaN"),
        Reading(),
    ],
)
def test_what_is_neither_success_nor_failure_pauses_and_never_promotes(reading: Reading) -> None:
    world = fleet(metric())
    world.measurements.script("error ratio", reading)
    d = world.deploy()
    assert d.state is State.AT_GATE
    assert d.driving.hold is not None
    assert "1 measurement inconclusive, allowed 0" in d.driving.hold.reason
    assert not world.events(d, e.GatePassed)
    assert [move.command.split()[1] for move in next_moves(d)] == ["retry", "rollback", "hold"]


def test_inconclusive_measurements_are_no_successes() -> None:
    world = fleet(metric(inconclusive_limit=3, count=2))
    world.measurements.script("error ratio", 2.0, 2.0, 2.0, 1.0)
    d = world.deploy()
    assert d.state is State.COMPLETED
    assert measured(world, d) == ["inconclusive"] * 3 + ["success"] * 2


def test_a_retry_measures_anew() -> None:
    world = fleet(metric(count=2))
    world.measurements.script("error ratio", 1.0, 2.0, 1.0)
    held = world.deploy()
    assert held.driving.hold is not None
    world.say(held, e.Retried(by="ann", reason="the exporter is back"))
    d = world.resume()
    assert d.state is State.COMPLETED
    assert measured(world, d)[:2] == ["success", "inconclusive"]
    assert len(measured(world, d)) >= 4


def test_the_deployed_hosts_are_compared_with_those_not_yet_touched() -> None:
    world = fleet(metric(compare=RATIO, success="<= 1.5", failure="> 3"))
    world.measurements.answers["error ratio"] = lambda hosts: Reading(6.2 if "h1" in hosts else 2.0)
    d = world.deploy()
    assert d.state is State.BACKED_OUT
    assert world.measurements.asked[:2] == [("error ratio", ("h1",)), ("error ratio", ("h2", "h3"))]
    [rejected] = world.events(d, e.WaveRejected)
    words = "error ratio of the 1 new host is 3.1 times that of the 2 hosts not yet touched (6.2 to 2)"
    assert rejected.reason.startswith(words)
    assert "success is <= 1.5, failure > 3" in rejected.reason


def test_a_load_that_rises_everywhere_is_no_regression() -> None:
    world = fleet(metric(compare=RATIO))
    load = iter(range(1, 100))
    world.measurements.answers["error ratio"] = lambda hosts: Reading(100.0 * next(load))
    assert world.deploy().state is State.COMPLETED


def test_a_gate_behind_which_no_untouched_host_is_left_follows_the_plan() -> None:
    everywhere = {"soak": "20s", "every": "10s"}
    for choice, verdicts in (
        ("skip", 2),
        ("last_control", 4),
        ({"success": "< 9"}, 4),
    ):
        gate = {**everywhere, "metrics": [metric(compare={"without_control": choice})]}
        world = Fleet(plan_tree(waves=[1, "rest"], gate=gate))
        d = world.deploy()
        assert d.state is State.COMPLETED, choice
        assert len(measured(world, d)) == verdicts, choice
    last = world.events(d, e.Measured)[-1]
    assert (last.alone, last.untouched, last.compared) == (True, 0, None)


def test_the_last_control_stands_in_and_says_so() -> None:
    gate = {"soak": "10s", "every": "10s", "metrics": [metric(compare={"without_control": "last_control"})]}
    world = Fleet(plan_tree(waves=[1, "rest"], gate=gate))
    world.measurements.answers["error ratio"] = lambda hosts: Reading(8.0 if len(hosts) == 3 else 2.0)
    d = world.deploy()
    assert d.state is State.BACKED_OUT
    last = world.events(d, e.Measured)[-1]
    assert (last.earlier_control, last.control, last.compared) == (True, 2.0, 4.0)


def test_after_a_confirmation_what_nobody_measured_meanwhile_is_measured_once_more() -> None:
    world = fleet(metric(), confirm="service owner")
    d = world.deploy()
    before = len(measured(world, d))
    world.clock.sleep(3600)
    world.measurements.script("error ratio", 4.0)
    world.say(d, e.Confirmed(wave=0, role="service owner", by="cy", note="looked at the shop"))
    d = world.resume()
    assert d.state is State.BACKED_OUT
    assert measured(world, d)[before:] == ["failed"]


def test_early_life_support_measures_too() -> None:
    world = fleet(early_life={"duration": "1m", "every": "20s", "metrics": [metric(count=8)]})
    d = world.deploy()
    assert d.state is State.COMPLETED
    stages = [event.stage for event in world.events(d, e.Measured)]
    assert stages == ["early_life"] * 8


def test_a_failure_in_early_life_support_takes_the_release_back() -> None:
    world = fleet(early_life={"duration": "1m", "every": "20s", "metrics": [metric()]})
    world.measurements.script("error ratio", 1.0, 9.0)
    d = world.deploy()
    assert d.state is State.BACKED_OUT
    assert world.events(d, e.EarlyLifeFailed)


def test_a_plan_that_holds_on_failure_is_held_with_what_was_seen() -> None:
    world = fleet(metric())
    world.tree["backout"]["on_failure"] = "hold"
    world.measurements.script("error ratio", 9.0)
    d = world.deploy()
    assert d.driving.hold is not None
    assert "error ratio" in d.driving.hold.reason
    assert not any("exclude" in move.command for move in next_moves(d))


def test_only_the_wave_is_taken_back_where_the_plan_says_failed_hosts() -> None:
    world = fleet(metric())
    world.tree["backout"]["scope"] = "failed"
    world.measurements.script("error ratio", 9.0)
    d = world.deploy()
    assert d.state is State.BACKED_OUT
    assert world.started()[-1] == ("backout", ("h1",))


def test_hosts_are_compared_within_their_stage() -> None:
    tree = plan_tree()
    gate = {"soak": "10s", "every": "10s", "metrics": [metric(compare=RATIO)]}
    stages = [
        {"name": "database", "on": "h1", "playbook": "playbooks/app.yml", "backout": "rollback/app.yml"},
        {
            "name": "web",
            "on": ["h2", "h3"],
            "playbook": "playbooks/app.yml",
            "waves": [1, "rest"],
            "gate": gate,
            "backout": "rollback/app.yml",
        },
    ]
    tree["strategy"] = {"kind": "phased", "hosts": "web", "stages": stages}
    tree["backout"].pop("playbook")
    world = Fleet(tree)
    d = world.deploy()
    assert d.state is State.COMPLETED
    assert world.measurements.asked == [("error ratio", ("h2",)), ("error ratio", ("h3",))]
