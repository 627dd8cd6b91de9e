"""However a deployment ends or stops, nobody stays out unsaid, and a host on which nothing was begun is back in rotation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.attempt import AttemptRequest
from orchestrator.domain.evidence.outcome import HostResult
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.engine.use_cases.emergency_stop import lift, stop_all
from orchestrator.errors import Refused
from orchestrator.policy.telling.next_moves import next_moves
from orchestrator.policy.telling.summary import plain_words
from orchestrator.policy.telling.words.rotation_words import still_out
from tests.fakes.playbooks import Script
from tests.worlds.fleet import Fleet
from tests.worlds.plans import plan_tree
from tests.worlds.stages import staged

HAPROXY = {"haproxy": {"address": "127.0.0.1:9999", "backend": "shop"}}
OTHER = {"haproxy": {"address": "127.0.0.1:9999", "backend": "api"}}


def fleet_of(limit: dict[str, Any] | None = None, **rotation: Any) -> Fleet:
    """h1 first, then h2 and h3, behind one balancer."""
    rotation = {"balancers": [HAPROXY], "within": "5s", **rotation}
    more = {} if limit is None else {"failure_limit": limit}
    return watched(Fleet(plan_tree(load_balancer=rotation, **more)))


def watched(fleet: Fleet) -> Fleet:
    """Whatever is deployed to must be out at that moment; every host tells the epoch that it has seen."""
    for target in fleet.hosts:
        fleet.targets.machine(target.host).epoch = 0

    def on_start(request: AttemptRequest) -> None:
        if request.purpose == "deploy":
            assert set(request.hosts) <= fleet.balancers.out, "touched in rotation"

    fleet.playbooks.on_start = on_start
    return fleet


def only(fleet: Fleet) -> str:
    [name] = fleet.ports.journal.deployments()
    return name


def at_first_move(fleet: Fleet, hosts: tuple[str, ...], act: Callable[[], object]) -> None:
    """Something happens while these hosts leave the rotation for the first time."""
    acted: list[bool] = []

    def on_move(way: str, moved: tuple[str, ...]) -> None:
        if way == "out" and moved == hosts and not acted:
            acted.append(True)
            act()

    fleet.balancers.on_move = on_move


def moves_of(fleet: Fleet) -> list[tuple[str, tuple[str, ...]]]:
    return list(fleet.balancers.moves)


def never_began(fleet: Fleet, *hosts: str) -> None:
    results: dict[str, HostResult] = dict.fromkeys(hosts, "untouched")
    fleet.playbooks.script("deploy", hosts, Script(results=results))


def test_a_refusal_because_nothing_began_leaves_nobody_out() -> None:
    fleet = fleet_of()
    never_began(fleet, "h1")
    d = fleet.deploy()
    assert (d.state, fleet.balancers.out, d.rotation.out) == (State.REFUSED, set(), ())


def test_a_hold_because_nothing_began_leaves_nobody_out_and_a_retry_takes_them_out_again() -> None:
    fleet = fleet_of()
    never_began(fleet, "h2", "h3")
    d = fleet.deploy()
    assert d.driving.hold is not None
    assert (d.touched_hosts, fleet.balancers.out) == (("h1",), set())
    fleet.playbooks.script("deploy", ["h2", "h3"], Script())
    fleet.say(d, e.Retried(by="ann", reason="again"))
    assert fleet.resume().state is State.COMPLETED


def test_a_host_that_the_release_did_not_get_to_is_back_before_the_gate() -> None:
    fleet = fleet_of({"wave": 1, "overall": 1})
    fleet.playbooks.script("deploy", ["h2", "h3"], Script(results={"h3": "untouched"}))
    d = fleet.deploy()
    assert (d.state, fleet.balancers.out) == (State.COMPLETED_WITH_EXCEPTIONS, set())
    kinds = [record.event.kind for record in fleet.ports.journal.read(d.id)]
    last_gate = len(kinds) - kinds[::-1].index("gate_reached")
    assert "rotation_began" not in kinds[last_gate:]


def test_a_disk_without_room_holds_with_nobody_out() -> None:
    fleet = fleet_of()
    at_first_move(fleet, ("h2", "h3"), lambda: setattr(fleet.storage, "used", fleet.storage.size))
    d = fleet.deploy()
    assert d.driving.hold is not None
    assert (d.touched_hosts, fleet.balancers.out) == (("h1",), set())


@pytest.mark.parametrize("hosts", [("h1",), ("h2", "h3")])
def test_a_pause_while_hosts_leave_gives_them_back_until_it_is_resumed(hosts: tuple[str, ...]) -> None:
    fleet = fleet_of()
    at_first_move(fleet, hosts, lambda: fleet.say(fleet.now(only(fleet)), e.Paused(by="ann", reason="lunch")))
    d = fleet.deploy()
    assert (d.driving.paused is not None, fleet.balancers.out) == (True, set())
    fleet.say(d, e.Resumed(by="ann", reason="back"))
    assert fleet.resume().state is State.COMPLETED


@pytest.mark.parametrize("hosts", [("h1",), ("h2", "h3")])
def test_an_emergency_stop_while_hosts_leave_gives_them_back(hosts: tuple[str, ...]) -> None:
    fleet = fleet_of()
    at_first_move(fleet, hosts, lambda: stop_all(fleet.ports, by="ann", reason="fire"))
    d = fleet.deploy()
    assert (d.driving.stopped is not None, fleet.balancers.out) == (True, set())
    lift(fleet.ports, by="ann", reason="out")
    fleet.say(d, e.Resumed(by="ann", reason="go on"))
    assert fleet.resume().state is State.COMPLETED


def test_an_abort_before_any_touch_cancels_with_nobody_out() -> None:
    fleet = fleet_of()
    at_first_move(
        fleet, ("h1",), lambda: fleet.say(fleet.now(only(fleet)), e.AbortRequested(by="ann", reason="no"))
    )
    d = fleet.deploy()
    assert (d.state, fleet.balancers.out) == (State.CANCELLED, set())


def test_an_abort_in_a_later_wave_gives_its_hosts_back_before_others_are_backed_out() -> None:
    fleet = fleet_of(at_most_out=2)
    at_first_move(
        fleet,
        ("h2", "h3"),
        lambda: fleet.say(fleet.now(only(fleet)), e.AbortRequested(by="ann", reason="no")),
    )
    d = fleet.deploy()
    assert (d.state, fleet.balancers.out) == (State.BACKED_OUT, set())
    assert moves_of(fleet)[2:] == [
        ("out", ("h2", "h3")),
        ("in", ("h2", "h3")),
        ("out", ("h1",)),
        ("in", ("h1",)),
    ]
    assert fleet.balancers.most_out == 2


def test_a_host_that_was_not_seen_out_can_be_left_out_and_the_others_go_on() -> None:
    fleet = fleet_of({"wave": 1, "overall": 1})
    fleet.balancers.stuck = {"h2": "No such server."}
    d = fleet.deploy()
    assert d.driving.hold is not None
    assert f"orch exclude {d.id} h2 --reason WHY" in [move.command for move in next_moves(d)]
    fleet.say(d, e.Excluded(hosts=("h2",), by="ann", reason="it is not at the balancer"))
    d = fleet.resume()
    assert (d.state, d.standings["h3"].standing) == (State.COMPLETED_WITH_EXCEPTIONS, "verified")
    assert "h3" not in fleet.balancers.out


def test_after_a_pause_the_balancer_is_looked_at_again() -> None:
    fleet = fleet_of()
    fleet.balancers.stuck = {"h2": "No such server."}
    at_first_move(
        fleet, ("h2", "h3"), lambda: fleet.say(fleet.now(only(fleet)), e.Paused(by="ann", reason="look"))
    )
    d = fleet.deploy()
    assert d.driving.paused is not None
    fleet.balancers.stuck = {}
    fleet.say(d, e.Resumed(by="ann", reason="it is there now"))
    assert fleet.resume().state is State.COMPLETED


def test_whoever_takes_over_after_a_dead_driver_looks_again() -> None:
    fleet = fleet_of()

    def die() -> None:
        raise KeyboardInterrupt

    at_first_move(fleet, ("h2", "h3"), die)
    with pytest.raises(KeyboardInterrupt):
        fleet.deploy()
    assert fleet.balancers.out == {"h2", "h3"}
    d = fleet.resume()
    assert (d.state, fleet.balancers.out) == (State.COMPLETED, set())


def test_a_verified_host_that_does_not_come_back_is_looked_at_again_with_the_next_word() -> None:
    fleet = fleet_of()
    fleet.playbooks.on_start = lambda request: fleet.balancers.stuck.update(h1="Permission denied.")
    d = fleet.deploy()
    assert d.driving.hold is not None
    assert "h1 is verified and not back in rotation" in d.driving.hold.reason
    assert any("Out of rotation now: h1." in words for words in plain_words(d))
    fleet.balancers.stuck, fleet.playbooks.on_start = {}, lambda request: None
    fleet.say(d, e.Retried(by="ann", reason="again"))
    assert (fleet.resume().state, fleet.balancers.out) == (State.COMPLETED, set())


def test_a_host_of_an_earlier_wave_that_is_found_good_since_comes_back_too() -> None:
    strategy = {"waves": [2, "rest"], "gate": {"soak": "2s", "every": "1s"}, "failure_limit": {"wave": 1}}
    fleet = Fleet(plan_tree(load_balancer={"balancers": [HAPROXY], "within": "5s"}, **strategy))
    fleet.tree["backout"]["on_failure"] = "hold"
    fleet.targets.machine("h1").script("http", ("failed", "500"), ("passed", "200"))
    fleet.targets.machine("h3").script("http", ("passed", "200"), ("failed", "500"), ("passed", "200"))
    d = fleet.deploy()
    assert (d.driving.hold is not None, fleet.balancers.out) == (True, {"h1"})
    fleet.say(d, e.Retried(by="ann", reason="both are good now"))
    d = fleet.resume()
    assert (d.state, fleet.balancers.out, d.rotation.out) == (State.COMPLETED, set(), ())


def test_a_host_that_a_person_gave_back_is_taken_out_again_before_its_backout() -> None:
    fleet = fleet_of()
    fleet.tree["backout"]["on_failure"] = "hold"
    fleet.playbooks.script("deploy", ["h2", "h3"], Script(results={"h3": "not_done"}))
    d = fleet.deploy()
    assert d.driving.hold is not None
    fleet.balancers.out_of = set()
    before = len(fleet.balancers.moves)
    assert fleet.roll_back(d).state is State.BACKED_OUT
    assert moves_of(fleet)[before:][0] == ("out", ("h2", "h3"))
    assert fleet.balancers.out == set()


def test_a_refusal_by_the_limit_gives_nobody_back_whom_somebody_else_took_out() -> None:
    fleet = fleet_of(at_most_out=2)
    fleet.balancers.by_hand = {"h1", "h2", "h3"}
    d = fleet.deploy()
    assert (d.state, moves_of(fleet)) == (State.REFUSED, [])
    assert d.rotation.out == ()


def two_stages(first: dict[str, Any], second: dict[str, Any]) -> Fleet:
    """Both hosts have a first stage and a second one."""
    shows = {"acceptance": [{"tcp": 22}]}
    stages = [
        {
            "name": "one",
            "on": "web",
            "playbook": "playbooks/1.yml",
            "backout": "rollback/1.yml",
            **shows,
            **first,
        },
        {"name": "two", "on": "web", "playbook": "playbooks/2.yml", "backout": "rollback/2.yml", **second},
    ]
    fleet = Fleet(staged(stages), ("h1", "h2"))
    for host in ("h1", "h2"):
        fleet.targets.machine(host).epoch = 0
    return fleet


def behind(balancer: dict[str, Any]) -> dict[str, Any]:
    return {"load_balancer": {"balancers": [balancer], "within": "5s"}}


def test_a_host_of_an_earlier_stage_on_which_the_later_one_began_nothing_comes_back() -> None:
    fleet = two_stages({}, behind(HAPROXY))
    nothing: dict[str, HostResult] = {"h1": "untouched", "h2": "untouched"}
    at_first_move(
        fleet, ("h1", "h2"), lambda: fleet.playbooks.script("deploy", None, Script(results=nothing))
    )
    d = fleet.deploy()
    assert d.driving.hold is not None
    assert d.touched_hosts == ("h1", "h2")
    assert fleet.balancers.out == set()


@pytest.mark.parametrize("first", [{}, behind(OTHER)], ids=["none", "another"])
def test_a_backout_gives_back_at_the_balancers_of_every_stage(first: dict[str, Any]) -> None:
    fleet = two_stages(first, behind(HAPROXY))
    starts: list[str] = []

    def on_start(request: AttemptRequest) -> None:
        starts.append(request.playbook.split("/")[-1])
        if first and request.playbook.endswith("1.yml"):
            assert {("haproxy api", host) for host in request.hosts} <= fleet.balancers.out_of
        if len(starts) == 1:
            fleet.playbooks.script("deploy", None, Script(results={"h2": "not_done"}))

    fleet.playbooks.on_start = on_start
    d = fleet.deploy()
    assert (d.state, starts) == (State.BACKED_OUT, ["1.yml", "2.yml", "2.yml", "1.yml"])
    assert (fleet.balancers.out_of, d.rotation.out) == (set(), ())
    kinds = [record.event.kind for record in fleet.ports.journal.read(d.id)]
    assert "rotation_ended" not in kinds[kinds.index("restoration_compared") :]


def test_a_rollback_gives_back_first_whoever_could_not_come_back_before_it() -> None:
    fleet = fleet_of(at_most_out=2)
    at_first_move(fleet, ("h2", "h3"), lambda: fleet.balancers.stuck.update(h2="gone", h3="gone"))
    fleet.balancers.busy = {"h2": 10_000, "h3": 10_000}
    d = fleet.deploy()
    assert (d.driving.hold is not None, fleet.balancers.out) == (True, {"h2", "h3"})
    assert any("h2 is not back in rotation: haproxy shop: gone." in words for words in plain_words(d))
    fleet.balancers.stuck = {}
    before = len(fleet.balancers.moves)
    assert fleet.roll_back(d).state is State.BACKED_OUT
    assert moves_of(fleet)[before:] == [("in", ("h2", "h3")), ("out", ("h1",)), ("in", ("h1",))]


def test_a_unit_that_settles_after_its_backout_is_not_kept_out() -> None:
    fleet = fleet_of()
    fleet.playbooks.script("deploy", ["h1"], Script(results={"h1": "not_done"}))
    items = fleet.targets.machine("h1").items
    unit = ("file", "/etc/app")
    kept = items[unit]
    captures: list[str] = []

    def on_start(request: AttemptRequest) -> None:
        if request.purpose == "backout":
            items.pop(unit)
            fleet.targets.on_question = on_question

    def on_question(question: str) -> None:
        captures.append(question)
        if captures.count("capture") > 1:
            items[unit] = kept

    fleet.playbooks.on_start = on_start
    d = fleet.deploy()
    assert (d.state, fleet.balancers.out) == (State.BACKED_OUT, set())


def test_what_stays_out_is_named_with_its_balancer_and_what_brings_it_back() -> None:
    fleet = fleet_of({"wave": 1, "overall": 1})
    fleet.playbooks.script("deploy", ["h2", "h3"], Script(results={"h3": "not_done"}))
    d = fleet.deploy()
    assert (d.state, fleet.balancers.out) == (State.COMPLETED_WITH_EXCEPTIONS, {"h3"})
    [words] = [each for each in plain_words(d) if "rotation" in each]
    assert words.startswith("h3 stays out of rotation at haproxy shop: it is failed")
    assert "once it is in order: `set server shop/h3 state ready` at 127.0.0.1:9999." in words


WORDS = ("retry", "exclude", "rollback", "resume", "abort")


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_whatever_fails_and_whatever_people_say_nobody_stays_out_unsaid(data: st.DataObject) -> None:
    fleet = fleet_of({"wave": data.draw(st.integers(0, 1)), "overall": 1}, at_most_out=2)
    fleet.tree["backout"]["on_failure"] = data.draw(st.sampled_from(["back_out", "hold"]))
    every: tuple[HostResult, ...] = ("done", "done", "not_done", "untouched", "unknown")
    results = st.sampled_from(every)

    def on_start(request: AttemptRequest) -> None:
        stuck = data.draw(st.sets(st.sampled_from(["h1", "h2", "h3"]), max_size=1))
        fleet.balancers.stuck = dict.fromkeys(stuck, "No such server.")

    for hosts in (("h1",), ("h2", "h3"), ("h2",), ("h3",)):
        chosen: dict[str, HostResult] = {host: data.draw(results) for host in hosts}
        fleet.playbooks.script("deploy", hosts, Script(results=chosen))
        if data.draw(st.integers(0, 3)) == 0:
            fleet.playbooks.script("backout", hosts, Script(results={hosts[0]: "not_done"}))
    fleet.playbooks.on_start = on_start
    d = fleet.deploy()
    for _ in range(5):
        assert_nobody_unsaid(fleet, d)
        if d.over:
            return
        d = answered(fleet, d, data.draw(st.sampled_from(WORDS)))
    assert_nobody_unsaid(fleet, d)


def answered(fleet: Fleet, d: Deployment, word: str) -> Deployment:
    """The deployment after a word of a person, where it takes that one."""
    try:
        match word:
            case "retry":
                fleet.say(d, e.Retried(by="ann", reason="again"))
            case "exclude":
                down = d.hosts_standing("failed", "unknown", "untouched")
                fleet.say(d, e.Excluded(hosts=down or ("h3",), by="ann", reason="without"))
            case "rollback":
                return fleet.roll_back(d)
            case "abort":
                fleet.say(d, e.AbortRequested(by="ann", reason="no"))
    except Refused:
        pass
    return fleet.resume()


def assert_nobody_unsaid(fleet: Fleet, d: Deployment) -> None:
    """Who is out is named; and who is out untouched could not be given back."""
    named = {each.host: each.why for each in still_out(d)}
    assert fleet.balancers.out <= named.keys()
    assert all(any(host in words for words in plain_words(d)) for host in named)
    untouched = fleet.balancers.out - set(d.touched_hosts)
    assert all("not seen in again" in named[host] for host in untouched), (named, d.state)
    assert fleet.balancers.most_out <= 2
