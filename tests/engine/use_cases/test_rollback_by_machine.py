"""A rollback asks which machines a later deployment touched, not how they are called; and a person always gets through."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.condensed import Counts
from orchestrator.domain.journal.lifecycle import State
from orchestrator.engine.use_cases.deployment_commands import open_deployment, resume, rollback
from orchestrator.errors import Refused
from orchestrator.policy.telling.teller import telling_of
from tests.worlds.command_line import orch
from tests.worlds.fleet import Fleet, quiet


def deployed(fleet: Fleet, name: str, *hosts: str, environment: str = "live") -> Deployment:
    fleet.clock.sleep(5.0)
    plan = fleet.plan(name, *hosts, resources={"environment": environment})
    opened = open_deployment(fleet.ports, fleet.prepared(plan), by="ann", approvals=())
    d = resume(fleet.ports, opened, by="ann", watch=quiet)
    assert d.state is State.COMPLETED
    return d


def undo(fleet: Fleet, d: Deployment, *despite: str) -> Deployment:
    return rollback(fleet.ports, d.id, by="ann", reason="regret", watch=quiet, despite=despite)


def test_other_machines_of_the_same_names_do_not_stand_against_it(tmp_path: Path) -> None:
    fleet = Fleet(home=tmp_path)
    first = deployed(fleet, "live.yml", "web1", "web2")
    for host in ("web1", "web2"):
        fleet.targets.machine(host).machine_id = f"staging-{host}"
    deployed(fleet, "staging.yml", "web1", "web2", environment="staging")
    for host in ("web1", "web2"):
        fleet.targets.machine(host).machine_id = f"machine-of-{host}"
    assert undo(fleet, first).state is State.BACKED_OUT


def test_one_machine_under_another_name_stands_against_it(tmp_path: Path) -> None:
    fleet = Fleet(home=tmp_path)
    first = deployed(fleet, "first.yml", "web1")
    fleet.targets.machine("www").machine_id = "machine-of-web1"
    second = deployed(fleet, "second.yml", "www", environment="other")
    with pytest.raises(Refused, match=f"newer: {second.id} deployed to web1 after {first.id}"):
        undo(fleet, first)
    assert not fleet.ports.locks.held()


def test_what_was_backed_out_under_another_name_is_known_to_the_machine(tmp_path: Path) -> None:
    fleet = Fleet(home=tmp_path)
    first = deployed(fleet, "first.yml", "web1")
    fleet.targets.machine("www").machine_id = "machine-of-web1"
    second = undo(fleet, deployed(fleet, "second.yml", "www"))
    undone = undo(fleet, first)
    assert undone.backout is not None
    assert set(undone.backout.restored) == {attempt.epoch for attempt in second.attempts}


@pytest.mark.parametrize("code", ["newer", "all"])
def test_a_person_sets_a_newer_deployment_aside_and_the_record_says_so(tmp_path: Path, code: str) -> None:
    fleet = Fleet(home=tmp_path)
    first = deployed(fleet, "first.yml", "web1")
    second = deployed(fleet, "second.yml", "web1")
    undone = undo(fleet, first, code)
    assert undone.state is State.BACKED_OUT
    assert undone.backout is not None
    [aside] = undone.backout.despite
    assert (aside.code, aside.deployment, aside.hosts) == ("newer", second.id, ("web1",))
    assert {attempt.epoch for attempt in second.attempts} <= set(undone.backout.restored)
    [began] = fleet.events(undone, e.BackoutBegan)
    lines = [words for _, words in telling_of(began, undone, Counts()).lines]
    assert f"despite newer: {second.id} deployed to web1 later" in lines


def test_the_way_forward_in_the_refusal_works(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fleet = Fleet(home=tmp_path)
    first = deployed(fleet, "first.yml", "web1")
    deployed(fleet, "second.yml", "web1")
    assert orch(fleet, ["rollback", first.id, "--reason", "regret"]) == 4
    refusal = capsys.readouterr().err
    assert f"To go ahead all the same: orch rollback {first.id} --despite newer --reason WHY" in refusal
    assert orch(fleet, ["rollback", first.id, "--despite", "newer", "--reason", "regret"]) == 5


def test_a_code_that_nothing_has_is_not_swallowed(tmp_path: Path) -> None:
    fleet = Fleet(home=tmp_path)
    first = deployed(fleet, "first.yml", "web1")
    with pytest.raises(Refused, match="nothing called newer stands against it, but nothing"):
        undo(fleet, first, "newer")
    assert undo(fleet, first, "all").state is State.BACKED_OUT


def test_a_held_machine_is_named_and_can_be_set_aside(tmp_path: Path) -> None:
    fleet = Fleet(home=tmp_path)
    first = deployed(fleet, "first.yml", "web1", "web2")
    plan = fleet.plan("open.yml", "web9", resources={"environment": "other"})
    other = open_deployment(fleet.ports, fleet.prepared(plan), by="bo", approvals=())
    fleet.ports.locks.take(other, {"machine-of-web1": "web1"}, "bo")
    with pytest.raises(
        Refused, match=f"locked: web1 is held by {other}; end that first: orch status {other}"
    ):
        undo(fleet, first)
    assert [lock.deployment for lock in fleet.ports.locks.held()] == [other]
    undone = undo(fleet, first, "locked")
    assert undone.state is State.BACKED_OUT
    assert [lock.deployment for lock in fleet.ports.locks.held()] == [other]
