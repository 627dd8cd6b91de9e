"""Hosts that are dead before anything of theirs is touched: counted as down, left out where the limits allow it, and named."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.target import HOST_KEY_NOT_PINNED
from orchestrator.errors import ExitCode
from orchestrator.policy.course.limits import exceeded_without
from orchestrator.policy.telling.exit_codes import exit_code_of
from orchestrator.policy.telling.summary import plain_words
from tests.fakes.playbooks import Script
from tests.worlds.fleet import Fleet
from tests.worlds.plans import plan_tree

SILENT = "no answer within 10 s"
ONE_OF_THE_REST = [1, {"rest": True, "failure_limit": 1}]


def fleet_of(dead: tuple[str, ...] = (), **strategy: Any) -> Fleet:
    """h1 first, then h2 and h3."""
    fleet = Fleet(plan_tree(**strategy))
    for host in dead:
        fleet.targets.machine(host).unreachable = SILENT
    return fleet


def deployed_on(fleet: Fleet) -> list[str]:
    return [host for purpose, hosts in fleet.started() if purpose == "deploy" for host in hosts]


# the waves, the strategy beside them, who is dead, whether it begins
LIMITS: list[tuple[list[Any], dict[str, Any], tuple[str, ...], bool]] = [
    ([1, "rest"], {}, ("h2",), False),
    (ONE_OF_THE_REST, {}, ("h2",), True),
    (ONE_OF_THE_REST, {}, ("h1",), False),
    (ONE_OF_THE_REST, {}, ("h2", "h3"), False),
    (ONE_OF_THE_REST, {"failure_limit": {"overall": "0%"}}, ("h2",), False),
    ([1, {"rest": True, "failure_limit": "50%"}], {}, ("h3",), True),
    ([1, {"rest": True, "failure_limit": 5}], {"failure_limit": {"overall": 5}}, ("h2", "h3"), False),
    ([{"count": 1, "failure_limit": 1}, "rest"], {"failure_limit": {"overall": 3}}, ("h1",), False),
]


@pytest.mark.parametrize(("waves", "strategy", "dead", "begins"), LIMITS)
def test_it_begins_without_as_many_as_each_limit_allows(
    waves: list[Any], strategy: dict[str, Any], dead: tuple[str, ...], *, begins: bool
) -> None:
    fleet = fleet_of(dead, waves=waves, **strategy)
    d = fleet.deploy()
    if not begins:
        assert (d.state, d.touched_hosts, fleet.started()) == (State.REFUSED, (), [])
        assert any(SILENT in reason for reason in d.preparation.refusals)
        return
    assert (d.state, exit_code_of(d)) == (
        State.COMPLETED_WITH_EXCEPTIONS,
        ExitCode.COMPLETED_WITH_EXCEPTIONS,
    )
    assert [d.standings[host].standing for host in dead] == ["unreached"] * len(dead)
    assert not set(dead) & {*d.touched_hosts, *deployed_on(fleet), *d.preparation.baselines}
    assert any(dead[0] in sentence and SILENT in sentence for sentence in plain_words(d)), plain_words(d)


def test_a_limit_of_a_wave_alone_holds_also_for_a_plan_that_was_read_back() -> None:
    """The journal keeps defaults as if they were written."""
    d = fleet_of(waves=ONE_OF_THE_REST).deploy()
    read_back = d.model_copy(update={"plan": ReleasePlan.model_validate_json(d.plan.model_dump_json())})
    for each in (d, read_back):
        assert exceeded_without(each, ["h2"]) is None
        assert exceeded_without(each, ["h2", "h3"]) is not None


def test_what_is_refused_says_how_many_may_be_dead() -> None:
    d = fleet_of(("h2", "h3"), waves=ONE_OF_THE_REST).deploy()
    assert "2 hosts of 2 down in wave 2, allowed 1: dead hosts count as down" in d.preparation.refusals


@pytest.mark.parametrize("answers", ["another key", "no login", "a check that fails"])
def test_a_host_that_answers_anything_at_all_is_not_dead(answers: str) -> None:
    fleet = fleet_of(waves=ONE_OF_THE_REST)
    machine = fleet.targets.machine("h2")
    if answers == "a check that fails":
        machine.script("become", ("failed", "no sudo"))
    else:
        machine.unreachable = HOST_KEY_NOT_PINNED if answers == "another key" else "login was refused"
        machine.cause, machine.dead = "host_key_not_pinned", answers == "another key"
    assert fleet.deploy().state is State.REFUSED


def test_one_that_dies_before_its_baseline_counts_too() -> None:
    fleet = fleet_of(waves=ONE_OF_THE_REST)

    def on_question(question: str) -> None:
        if question == "capture":
            fleet.targets.machine("h3").unreachable = SILENT

    fleet.targets.on_question = on_question
    d = fleet.deploy()
    assert d.state is State.COMPLETED_WITH_EXCEPTIONS
    [captured] = fleet.events(d, e.BaselineCaptured)
    assert (captured.unreached, [each.host for each in captured.baselines]) == ({"h3": SILENT}, ["h1", "h2"])


def with_entry() -> Fleet:
    fleet = fleet_of(
        waves=[1, {"rest": True, "failure_limit": 1, "entry": [{"unit": "db"}]}],
    )

    def on_start(request: object) -> None:
        fleet.targets.machine("h3").unreachable = SILENT
        fleet.playbooks.on_start = lambda _request: None

    fleet.playbooks.on_start = on_start
    return fleet


def test_one_that_dies_before_its_wave_counts_in_the_entry_criteria() -> None:
    fleet = with_entry()
    d = fleet.deploy()
    assert d.state is State.COMPLETED_WITH_EXCEPTIONS
    assert fleet.events(d, e.EntryChecked)[0].unreached == {"h3": SILENT}
    assert deployed_on(fleet) == ["h1", "h2"]


def test_with_one_more_that_fails_the_wave_fails_and_the_dead_are_not_backed_out() -> None:
    fleet = fleet_of(("h3",), waves=ONE_OF_THE_REST)
    fleet.playbooks.script("deploy", ["h2"], Script(results={"h2": "not_done"}))
    d = fleet.deploy()
    assert d.state is State.BACKED_OUT
    assert sorted(h for purpose, hosts in fleet.started() if purpose == "backout" for h in hosts) == [
        "h1",
        "h2",
    ]
    assert d.standings["h3"].standing == "unreached"


def test_it_stays_left_out_when_it_comes_back_and_is_retried() -> None:
    """Nobody captured a baseline of it, and no machine of it is locked."""
    tree = plan_tree(waves=ONE_OF_THE_REST)
    tree["backout"]["on_failure"] = "hold"
    fleet = Fleet(tree)
    fleet.targets.machine("h3").unreachable = SILENT
    fleet.playbooks.script("deploy", ["h2"], Script(results={"h2": "not_done"}))
    d = fleet.deploy()
    assert d.driving.hold is not None
    fleet.targets.machine("h3").unreachable = None
    fleet.playbooks.script("deploy", ["h2"], Script())
    fleet.say(d, e.Retried(by="ann", reason="h3 is back"))
    d = fleet.resume()
    assert (d.state, d.standings["h3"].standing) == (State.COMPLETED_WITH_EXCEPTIONS, "unreached")
    assert "h3" not in deployed_on(fleet)


def test_where_all_others_are_untouched_nothing_is_backed_out() -> None:
    fleet = fleet_of(("h3",), waves=ONE_OF_THE_REST)
    for host in ("h1", "h2"):
        fleet.targets.machine(host).epoch = 0
    fleet.playbooks.script("deploy", ["h2"], Script(results={"h2": "untouched"}, faults=("no role",)))
    d = fleet.deploy()
    assert d.driving.hold is not None
    assert "backout" not in [purpose for purpose, _ in fleet.started()]
