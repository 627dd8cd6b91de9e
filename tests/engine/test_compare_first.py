"""A backout compares first: a host that equals its baseline already gets no run, and every doubt gets one."""

from __future__ import annotations

import pytest

from orchestrator.domain.evidence.attempt import AttemptRequest
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.policy.telling.summary import plain_words
from tests.fakes.playbooks import Script
from tests.worlds.fleet import RELEASE, Fleet
from tests.worlds.plans import plan_tree


@pytest.fixture
def fleet() -> Fleet:
    """h1 first, then h2 and h3."""
    return Fleet(plan_tree())


def backed_out(fleet: Fleet) -> list[str]:
    return sorted(host for purpose, hosts in fleet.started() if purpose == "backout" for host in hosts)


def removes_itself(*hosts: str) -> object:
    """A failed release that its own playbook takes away again."""

    def after(fleet: Fleet) -> None:
        for host in hosts:
            fleet.targets.machine(host).items.pop(RELEASE, None)

    return after


def failing_on(fleet: Fleet, *hosts: str, after: object = None, **script: object) -> None:
    results = dict.fromkeys(hosts, "not_done")
    fleet.playbooks.script("deploy", None, Script(results=results, **script))  # type: ignore[arg-type]

    def on_start(request: AttemptRequest) -> None:
        if request.purpose == "deploy" and after is not None:
            after(fleet)  # type: ignore[operator]

    fleet.playbooks.on_start = on_start


def test_a_host_that_equals_its_baseline_is_restored_without_a_run(fleet: Fleet) -> None:
    failing_on(fleet, "h1", after=removes_itself("h1"))
    d = fleet.deploy()
    assert (d.state, backed_out(fleet)) == (State.BACKED_OUT, [])
    compared = fleet.events(d, e.BackoutCompared)
    assert [[each.host for each in event.equal] for event in compared] == [["h1"]]
    assert "h1 again equals its baseline" in plain_words(d)[0]


def test_the_others_are_backed_out(fleet: Fleet) -> None:
    failing_on(fleet, "h2", "h3", after=removes_itself("h2"))
    d = fleet.deploy()
    assert (d.state, backed_out(fleet)) == (State.BACKED_OUT, ["h1", "h3"])
    assert fleet.events(d, e.BackoutCompared)[0].differing == ("h3",)


def test_a_host_that_was_deployed_well_is_backed_out_though_the_baseline_sees_nothing(fleet: Fleet) -> None:
    failing_on(fleet, "h2", "h3", after=removes_itself("h1", "h2", "h3"))
    d = fleet.deploy()
    assert (d.state, backed_out(fleet)) == (State.BACKED_OUT, ["h1"])


def test_a_host_without_an_answer_is_backed_out(fleet: Fleet) -> None:
    def silent(fleet: Fleet) -> None:
        removes_itself("h1")(fleet)  # type: ignore[operator]
        fleet.targets.machine("h1").faults.append("a file could not be read")

    failing_on(fleet, "h1", after=silent)
    d = fleet.deploy()
    assert backed_out(fleet) == ["h1"]
    assert fleet.events(d, e.BackoutCompared)[0].not_compared == {"h1": "a file could not be read"}


def test_what_changes_after_the_first_look_is_seen_by_the_proof(fleet: Fleet) -> None:
    failing_on(fleet, "h1", after=removes_itself("h1"))
    looks: list[str] = []

    def on_question(question: str) -> None:
        looks.append(question)
        if looks.count("capture") == 3:
            fleet.targets.machine("h1").items[RELEASE] = {"sha256": "d" * 64, "exists": True}

    fleet.targets.on_question = on_question
    d = fleet.deploy()
    assert (d.state, backed_out(fleet)) == (State.BACKED_OUT_WITH_RESIDUE, [])


def test_a_second_rollback_runs_nothing_where_nothing_is_left(fleet: Fleet) -> None:
    """The first one put everything back on h1, and failed on h2 and h3, where a person has put it right since."""
    for hosts in (["h2", "h3"], ["h2"], ["h3"]):
        fleet.playbooks.script("backout", hosts, Script(results=dict.fromkeys(hosts, "not_done")))
    failing_on(fleet, "h2", "h3")
    d = fleet.deploy()
    assert d.state is State.BACKOUT_FAILED
    removes_itself("h2", "h3")(fleet)  # type: ignore[operator]
    before = len(backed_out(fleet))
    again = fleet.roll_back(d)
    assert again.state is State.BACKED_OUT
    assert len(backed_out(fleet)) == before


def test_a_lost_attempt_is_backed_out_unless_equality_is_proved(fleet: Fleet) -> None:
    fleet.tree["strategy"]["idempotent"] = False
    failing_on(fleet, after=removes_itself("h1"), dies=True)
    d = fleet.deploy()
    assert d.driving.hold is not None
    after = fleet.roll_back(d)
    assert (after.state, backed_out(fleet)) == (State.BACKED_OUT, [])
