"""A damaged journal of one deployment costs that deployment: others start, go on and end, safely, and it is named."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.engine.lookup.snapshots import every, folded, survey
from orchestrator.engine.use_cases.deployment_commands import open_deployment, resume, rollback
from orchestrator.errors import Refused, StoreFault
from tests.worlds.command_line import orch
from tests.worlds.fleet import Fleet, quiet

# what was done to the rows of a deployment, and words of the fault
DAMAGES = {
    "a body cut": (
        "UPDATE events SET body = substr(body, 1, 20) WHERE deployment = ? AND seq = 3",
        "Event 3",
    ),
    "a body of another kind": ("UPDATE events SET body = '{}' WHERE deployment = ? AND seq = 2", "Event 2"),
    "an event in the middle deleted": ("DELETE FROM events WHERE deployment = ? AND seq = 4", "Event 4"),
    "the first event deleted": ("DELETE FROM events WHERE deployment = ? AND seq = 1", "Event 1"),
    "the last events deleted": ("DELETE FROM events WHERE deployment = ? AND seq > 5", "Events 6 to"),
    "two events exchanged": (
        "UPDATE events SET seq = CASE seq WHEN 4 THEN -7 ELSE -4 END WHERE deployment = ? AND seq IN (4, 7)",
        "does not follow",
    ),
}


def deployed(fleet: Fleet, name: str, *hosts: str) -> Deployment:
    fleet.clock.sleep(5.0)
    opened = open_deployment(fleet.ports, fleet.prepared(fleet.plan(name, *hosts)), by="ann", approvals=())
    return resume(fleet.ports, opened, by="ann", watch=quiet)


def damage(home: Path, d: Deployment, statement: str) -> None:
    with sqlite3.connect(home / "journal.sqlite") as database:
        assert database.execute(statement, (d.id,)).rowcount
        database.execute("UPDATE events SET seq = -seq WHERE seq < 0")
        if "DELETE" not in statement:
            database.execute("DELETE FROM folds")
    database.close()


@pytest.mark.parametrize(("statement", "words"), DAMAGES.values(), ids=DAMAGES)
def test_each_damage_is_noticed_and_the_others_go_on(tmp_path: Path, statement: str, words: str) -> None:
    fleet = Fleet(home=tmp_path)
    old = deployed(fleet, "old.yml", "web1")
    damage(tmp_path, old, statement)
    with pytest.raises(StoreFault, match=f"{words}.*{old.id}|{old.id}.*{words}"):
        folded(fleet.ports.journal, old.id)
    known = survey(fleet.ports.journal)
    assert list(known.unreadable) == [old.id]
    new = deployed(fleet, "new.yml", "web2")
    assert new.state is State.COMPLETED
    assert [d.id for d in every(fleet.ports.journal)] == [new.id]


def test_it_is_named_by_list_and_deploy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fleet = Fleet(home=tmp_path)
    old = deployed(fleet, "old.yml", "web1")
    damage(tmp_path, old, DAMAGES["a body cut"][0])
    assert orch(fleet, ["list"]) == 0
    assert f"{old.id} cannot be read and is passed over" in capsys.readouterr().err
    plan = fleet.plan("new.yml", "web2")
    assert orch(fleet, ["deploy", str(plan)]) == 0
    assert f"{old.id} cannot be read and is passed over" in capsys.readouterr().err


def governed(home: Path, **rules: Any) -> tuple[Fleet, list[Any], Deployment]:
    """A fleet under a policy, the approvals that a deployment used up and was damaged after, and a next deployment."""
    fleet = Fleet(home=home)
    fleet.rule(**rules)
    old = fleet.deploy()
    fleet.approve(old)
    assert fleet.resume().state is State.COMPLETED
    used = [signed for r in fleet.ports.journal.read(old.id) if (signed := getattr(r.event, "signed", None))]
    damage(home, old, DAMAGES["a body cut"][0])
    fleet.clock.sleep(5.0)
    return fleet, used, fleet.deploy()


def test_in_a_governed_store_its_approvals_stay_used(tmp_path: Path) -> None:
    fleet, used, new = governed(tmp_path)
    for signed in used:
        fleet.say(new, e.ApprovalGiven(signed=signed, by="ann"))
    waits = fleet.resume().authority.unadmitted
    assert waits is not None
    assert "approval.replayed" in {reason.code for reason in waits.reasons}


def test_in_a_governed_store_its_start_counts(tmp_path: Path) -> None:
    _, _, new = governed(tmp_path, frequency={"at_most": 1, "per": "7d"})
    assert new.state is State.REFUSED
    assert "1 in 7 days" in new.preparation.refusals[0]


def test_in_a_governed_store_the_next_one_goes_on(tmp_path: Path) -> None:
    fleet, _, new = governed(tmp_path)
    fleet.approve(new)
    assert fleet.resume().state is State.COMPLETED


def test_what_it_holds_stays_held(tmp_path: Path) -> None:
    fleet = Fleet(home=tmp_path)
    plan = fleet.plan("old.yml", "web1")
    old = open_deployment(fleet.ports, fleet.prepared(plan), by="ann", approvals=())
    fleet.ports.locks.take(old, {"machine-of-web1": "web1"}, "ann")
    with sqlite3.connect(tmp_path / "journal.sqlite") as database:
        database.execute("UPDATE events SET body = 'x' WHERE deployment = ?", (old,))
    database.close()
    new = deployed(fleet, "new.yml", "web1", "web2")
    assert new.state is State.REFUSED
    assert f"web1 is held by {old}" in new.preparation.refusals[0]
    assert "cannot be read" in new.preparation.refusals[0]


def test_a_rollback_asks_a_person_about_a_later_one_that_cannot_be_read(tmp_path: Path) -> None:
    fleet = Fleet(home=tmp_path)
    first = deployed(fleet, "first.yml", "web1")
    later = deployed(fleet, "later.yml", "web1")
    damage(tmp_path, later, DAMAGES["a body cut"][0])
    with pytest.raises(Refused, match=f"unreadable: {later.id} is later than {first.id}"):
        rollback(fleet.ports, first.id, by="ann", reason="regret", watch=quiet)
    undone = rollback(fleet.ports, first.id, by="ann", reason="regret", watch=quiet, despite=["unreadable"])
    assert undone.state is State.BACKED_OUT
