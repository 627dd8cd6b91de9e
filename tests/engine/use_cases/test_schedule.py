"""Scheduling over fakes: added, refused at once, withdrawn; and what is derived of it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from orchestrator.domain.authority.admission_answer import Reason
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.engine.use_cases import schedule
from orchestrator.engine.use_cases.deployment_commands import signal
from orchestrator.errors import Conflict, NotFound, Refused
from orchestrator.policy.calendar.conflicts import conflicts_of
from tests.fakes.clock import START
from tests.worlds.fleet import Fleet
from tests.worlds.schedules import POLICY

HOUR = timedelta(hours=1)


@pytest.fixture
def house(tmp_path: Path) -> Fleet:
    return Fleet(home=tmp_path)


def test_a_deployment_is_laid_on_its_moment_with_its_machines(house: Fleet) -> None:
    added = house.add(house.plan("shop.yml", "web1", "web2"), START + HOUR, missed="skip")
    d = added.deployment
    assert (d.schedule.starts, d.schedule.missed, d.authority.mode) == (START + HOUR, "skip", "scheduled")
    assert d.schedule.machines == {"web1": "machine-of-web1", "web2": "machine-of-web2"}
    assert (added.booking.by_address, added.conflicts, dict(added.unknown)) == ((), (), {})
    assert [b.id for b in schedule.all_bookings(house.ports)] == [d.id]
    assert house.playbooks.started == []


def test_what_becomes_of_a_missed_start_is_the_plans_word_where_nobody_says_otherwise(house: Fleet) -> None:
    plan = house.plan("shop.yml", "web1", schedule={"missed": "start while open"})
    assert house.add(plan, START + HOUR).deployment.schedule.missed == "start while open"


def test_a_host_that_does_not_answer_is_named_and_compared_by_its_address(house: Fleet) -> None:
    house.targets.machine("web2").unreachable = "no route to host"
    added = house.add(house.plan("shop.yml", "web1", "web2"), START + HOUR)
    assert list(added.unknown) == ["web2"]
    assert added.booking.by_address == ("web2",)
    assert set(added.booking.machines) == {"machine-of-web1", "address:web2.test:22"}


def test_two_names_of_one_machine_are_told_at_once(house: Fleet) -> None:
    plan = house.plan("shop.yml", "web1", "www")
    house.targets.machine("www").machine_id = "machine-of-web1"
    assert [kin.hosts for kin in house.add(plan, START + HOUR).shared] == [("web1", "www")]


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (-1, "it is over already"),
        (12, "no maintenance window is open then .night.; the next opening is 2026-03-03T22:00"),
        (72, "the freeze sale binds then, because sale; owner may override it"),
        (84, "no maintenance window.*--despite sale"),
        (168, "the freeze audit binds then, because audit; nobody may override it; the next opening is 2026-03-10T00:00"),
    ],
)  # fmt: skip
def test_what_is_against_a_moment_is_said_at_once_and_nothing_is_added(
    house: Fleet, hours: float, words: str
) -> None:
    plan = house.plan("shop.yml", "web1", policy=POLICY)
    with pytest.raises(Refused, match=words):
        house.add(plan, START + hours * HOUR)
    assert schedule.all_bookings(house.ports) == ()


def test_a_freeze_that_a_role_may_lift_is_no_bar_where_it_is_named(house: Fleet) -> None:
    plan = house.plan("shop.yml", "web1", policy=POLICY)
    added = house.add(plan, START + 72 * HOUR, despite=("sale",))
    assert [ground.about for ground in added.to_lift] == ["sale"]


def test_a_freeze_that_nobody_may_lift_and_one_that_is_not_there_stay_bars(house: Fleet) -> None:
    plan = house.plan("shop.yml", "web1", policy=POLICY)
    with pytest.raises(Refused, match="audit binds then"):
        house.add(plan, START + 168 * HOUR, despite=("audit",))
    with pytest.raises(Refused, match="nothing called sale is against it"):
        house.add(plan, START + HOUR, despite=("sale",))


def test_two_plans_that_share_a_host_on_one_evening_are_a_conflict(house: Fleet) -> None:
    shop = house.add(house.plan("shop.yml", "web1", "web2"), START + HOUR)
    two = house.add(house.plan("pay.yml", "pay1", "web2"), START + 1.5 * HOUR)
    assert [(c.one, c.other, c.kind, c.what) for c in two.conflicts] == [
        (two.deployment.id, shop.deployment.id, "machine", ("web2",))
    ]


def test_alone_means_that_nothing_is_added_beside_others(house: Fleet) -> None:
    house.add(house.plan("shop.yml", "web1", "web2"), START + HOUR)
    plan = house.plan("pay.yml", "web2")
    with pytest.raises(Conflict, match="the machine web2"):
        house.add(plan, START + 1.5 * HOUR, alone=True)
    assert len(schedule.all_bookings(house.ports)) == 1
    assert house.add(plan, START + 30 * HOUR, alone=True).conflicts == ()


def test_every_conflict_is_named_and_not_the_first_only(house: Fleet) -> None:
    for name, host in (("a.yml", "web1"), ("b.yml", "web2"), ("c.yml", "web3")):
        house.add(house.plan(name, host), START + HOUR)
    added = house.add(house.plan("d.yml", "web1", "web2", "web3"), START + HOUR)
    assert sorted(c.what for c in added.conflicts) == [("web1",), ("web2",), ("web3",)]


def test_a_plan_that_is_scheduled_is_not_scheduled_twice(house: Fleet) -> None:
    plan = house.plan("shop.yml", "web1")
    added = house.add(plan, START + HOUR)
    with pytest.raises(Conflict, match=added.deployment.id):
        house.add(plan, START + 48 * HOUR)


def test_what_is_withdrawn_is_cancelled_and_takes_up_nothing(house: Fleet) -> None:
    added = house.add(house.plan("shop.yml", "web1"), START + HOUR)
    gone = schedule.withdraw(house.ports, added.deployment.id, by="bo", reason="not ready")
    assert gone.state is State.CANCELLED
    assert house.add(house.plan("pay.yml", "web1"), START + HOUR).conflicts == ()
    with pytest.raises(Refused, match="cancelled"):
        schedule.withdraw(house.ports, added.deployment.id, by="bo", reason="again")
    with pytest.raises(NotFound):
        schedule.withdraw(house.ports, "nothing-1", by="bo", reason="x")


def test_a_plan_can_be_asked_for_conflicts_before_it_is_scheduled(house: Fleet) -> None:
    house.add(house.plan("shop.yml", "web1"), START + HOUR)
    plan = house.plan("pay.yml", "web1")
    booking, bookings = schedule.imagined(house.ports, plan, START + HOUR)
    assert [c.what for c in conflicts_of(booking, bookings)] == [("web1",)]
    assert len(schedule.all_bookings(house.ports)) == 1
    with pytest.raises(Refused, match="--at"):
        schedule.imagined(house.ports, plan, None)


def test_a_plan_that_is_scheduled_is_asked_for_as_it_is(house: Fleet) -> None:
    plan = house.plan("shop.yml", "web1")
    added = house.add(plan, START + HOUR)
    assert schedule.imagined(house.ports, plan, None)[0].id == added.deployment.id
    moved, others = schedule.imagined(house.ports, plan, START + 5 * HOUR)
    assert (moved.starts, others) == (START + 5 * HOUR, tuple(b for b in others if b.id == moved.id))


def state(house: Fleet, name: str) -> str:
    return next(b.state for b in schedule.all_bookings(house.ports) if b.id == name)


def test_where_nobody_must_be_asked_it_is_approved_as_soon_as_it_is_scheduled(house: Fleet) -> None:
    name = house.add(house.plan("shop.yml", "web1", policy=POLICY), START + HOUR).deployment.id
    assert state(house, name) == "approved"


def test_it_is_proposed_while_approvals_are_missing_and_says_which(house: Fleet) -> None:
    plan = house.plan("shop.yml", "web1", approval={"required": ["change manager"]})
    d = house.add(plan, START + HOUR).deployment
    assert state(house, d.id) == "proposed"
    assert d.authority.unadmitted is not None
    assert [(reason.code, reason.about) for reason in d.authority.unadmitted.reasons] == [
        ("approval.missing", "change manager")
    ]


def test_approvals_that_are_named_are_taken_where_no_policy_binds_and_all_are_there(house: Fleet) -> None:
    asked = {"required": ["change manager", "owner"]}
    plan = house.plan("shop.yml", "web1", approval=asked)
    with pytest.raises(Refused, match="The plan asks for approval by owner"):
        house.add(plan, START + HOUR, approvals={"change manager": "Cy"})
    with pytest.raises(Refused, match="policy live binds"):
        house.add(
            house.plan("pay.yml", "web2", policy=POLICY, approval=asked),
            START + HOUR,
            approvals={"owner": "Ola"},
        )
    assert schedule.all_bookings(house.ports) == ()
    d = house.add(plan, START + HOUR, approvals={"change manager": "Cy", "owner": "Ola"}).deployment
    assert state(house, d.id) == "approved"


def test_one_that_was_approved_and_then_rejected_is_proposed_again(house: Fleet) -> None:
    name = house.add(house.plan("shop.yml", "web1"), START + HOUR).deployment.id
    reason = Reason(code="approval.rejected", about="owner", found="rejected", next_move="talk to the owner")
    signal(house.ports, name, e.DeploymentNotAdmitted(reasons=(reason,)))
    assert state(house, name) == "proposed"
