"""A backout whose runs this machine cannot begin uses up no try: it ends with words, and goes on where there is room."""

from __future__ import annotations

import pytest

from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.errors import StoreFault
from tests.fakes.playbooks import Script
from tests.worlds.fleet import Fleet


def failed(fleet: Fleet) -> None:
    fleet.playbooks.script("deploy", None, Script(results=dict.fromkeys(("h1", "h2", "h3"), "not_done")))


def test_no_try_of_a_backout_is_used_up_however_often_the_machine_lacks_something() -> None:
    fleet = Fleet()
    failed(fleet)
    fleet.playbooks.script("backout", None, Script(starved="No space left on device"))
    with pytest.raises(StoreFault, match=r"No space left on device.*has its tries yet.*orch resume"):
        fleet.deploy()
    for _ in range(4):
        with pytest.raises(StoreFault, match="No space left on device"):
            fleet.resume()
    fleet.playbooks.script("backout", None, Script())
    d = fleet.resume()
    assert d.state is State.BACKED_OUT
    lost = fleet.events(d, e.AttemptLost)
    assert len(lost) == 5
    assert not any(each.started for each in lost)


def test_both_tries_are_left_after_the_machine_had_no_room() -> None:
    fleet = Fleet()
    failed(fleet)
    fleet.playbooks.script("backout", None, Script(starved="No space left on device"))
    for act in (fleet.deploy, fleet.resume):
        with pytest.raises(StoreFault):
            act()
    fleet.playbooks.script("backout", None, Script(results={"h1": "not_done"}))
    d = fleet.resume()
    assert d.state is State.BACKOUT_FAILED
    assert len([a for a in d.attempts if a.purpose == "backout" and a.started]) == 2


def test_a_run_that_no_worker_takes_up_is_begun_anew_once_and_then_waits_for_a_person() -> None:
    fleet = Fleet()
    failed(fleet)
    fleet.playbooks.script("backout", None, Script(unclaimed=True))
    with pytest.raises(StoreFault, match="no worker took it up, and none the one before"):
        fleet.deploy()
    assert [purpose for purpose, _ in fleet.started()] == ["deploy", "backout", "backout"]
    fleet.playbooks.script("backout", None, Script())
    assert fleet.resume().state is State.BACKED_OUT


def test_a_deploy_that_the_machine_cannot_begin_touches_nothing() -> None:
    fleet = Fleet()
    fleet.playbooks.script("deploy", None, Script(starved="Too many open files"))
    for host in ("h1", "h2", "h3"):
        fleet.targets.machine(host).epoch = 0
    d = fleet.deploy()
    assert d.state is State.REFUSED
    assert not d.touched_hosts
