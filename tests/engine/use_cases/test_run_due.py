"""Starting what is due, over fakes: in time, in turn, once only, and what becomes of a missed start."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.engine.use_cases.deployment_commands import open_deployment, resume, signal
from orchestrator.engine.use_cases.emergency_stop import stop_all
from orchestrator.engine.use_cases.run_due import CLAIM
from orchestrator.errors import Conflict, Refused, StoreFault
from tests.fakes.clock import START
from tests.worlds.fleet import Fleet
from tests.worlds.schedules import HOUR, MINUTE, POLICY, at, end, running


@pytest.fixture
def house(tmp_path: Path) -> Fleet:
    return Fleet(home=tmp_path)


def kinds(house: Fleet, name: str) -> list[str]:
    return [record.event.kind for record in house.ports.journal.read(name)]


def test_nothing_is_due_before_its_time_and_it_runs_at_its_time(house: Fleet) -> None:
    name = house.add(house.plan("shop.yml", "web1"), START + HOUR).deployment.id
    at(house, HOUR - timedelta(seconds=1))
    assert house.run_due() == []
    at(house, HOUR)
    assert [(line.deployment, line.what) for line in house.run_due()] == [(name, "started")]
    assert house.now(name).state is State.COMPLETED
    assert house.run_due() == []
    assert house.drivers.begun == [name]


def test_they_start_in_the_order_of_their_times(house: Fleet) -> None:
    late = house.add(house.plan("a.yml", "web1"), START + 2 * MINUTE).deployment.id
    early = house.add(house.plan("b.yml", "web2"), START + MINUTE).deployment.id
    at(house, 3 * MINUTE)
    house.run_due()
    assert house.drivers.begun == [early, late]


def test_what_shares_a_machine_with_what_runs_waits_and_starts_when_that_is_over(house: Fleet) -> None:
    other = running(house, "pay.yml", "web1")
    name = house.add(house.plan("shop.yml", "web1", "web2"), START + MINUTE).deployment.id
    at(house, 2 * MINUTE)
    for _ in range(3):
        line = house.run_due()[0]
        assert (line.what, line.words) == ("waits", f"{other} runs and shares machine web1")
    assert kinds(house, name).count("start_put_off") == 1
    at(house, HOUR)
    assert house.run_due()[0].what == "waits"
    end(house, other)
    assert house.run_due()[0].what == "started"
    assert "start_missed" not in kinds(house, name)


def test_two_that_are_due_together_and_share_a_host_do_not_run_together(house: Fleet) -> None:
    earlier = house.add(house.plan("a.yml", "web1"), START + MINUTE).deployment.id
    two = house.add(house.plan("b.yml", "web1"), START + MINUTE).deployment.id
    first, second = sorted((earlier, two))

    def begin(name: str, by: str) -> None:
        signal(house.ports, name, e.WindowOpened(basis="none"))
        house.drivers.running.add(name)

    house.drivers.drive = begin
    at(house, MINUTE)
    lines = house.run_due()
    assert [(line.deployment, line.what) for line in lines] == [(first, "started"), (second, "waits")]
    assert f"{first} runs and shares machine web1" in lines[1].words
    assert house.drivers.begun == [first]


def test_a_service_that_runs_lets_those_wait_that_need_it(house: Fleet) -> None:
    plan = house.plan("pay.yml", "pay1", release={"service": "pay"})
    made = open_deployment(house.ports, house.prepared(plan), by="bo", approvals=())
    signal(house.ports, made, e.Approved(basis="none asked"))
    signal(house.ports, made, e.WindowOpened(basis="none"))
    shop = house.plan("shop.yml", "web1", release={"service": "shop", "depends_on": ["pay"]})
    house.add(shop, START + MINUTE)
    at(house, MINUTE)
    assert house.run_due()[0].words == f"{made} runs and shares dependency shop > pay"


@pytest.mark.parametrize(
    ("missed", "policy", "minutes", "what", "state", "choice"),
    [
        ("start while open", None, 90, "started", State.COMPLETED, "start"),
        ("start while open", POLICY, 90, "started", State.COMPLETED, "start"),
        ("start while open", POLICY, 400, "asks", State.SCHEDULED, "ask"),
        ("ask", None, 90, "asks", State.SCHEDULED, "ask"),
        ("skip", None, 90, "skipped", State.CANCELLED, "skip"),
    ],
)
def test_a_missed_start(
    house: Fleet, missed: str, policy: object, minutes: int, what: str, state: State, choice: str
) -> None:
    plan = house.plan("shop.yml", "web1", policy=policy)  # type: ignore[arg-type]
    name = house.add(plan, START + MINUTE, missed=missed).deployment.id
    at(house, minutes * MINUTE)
    assert [line.what for line in house.run_due()] == [what]
    assert house.now(name).state is state
    starts_missed = [r.event for r in house.ports.journal.read(name) if isinstance(r.event, e.StartMissed)]
    assert [(event.choice, event.late, event.by) for event in starts_missed] == [
        (choice, (minutes - 1) * 60, "cron")
    ]
    again = house.run_due()
    assert [line.what for line in again] == (["asks"] if choice == "ask" else [])
    assert kinds(house, name).count("start_missed") == 1


def test_a_person_who_was_asked_starts_it_by_hand(house: Fleet) -> None:
    name = house.add(house.plan("shop.yml", "web1"), START + MINUTE).deployment.id
    at(house, HOUR)
    assert f"orch resume {name}" in house.run_due()[0].words
    assert resume(house.ports, name, by="ann", watch=lambda record: None).state is State.COMPLETED


def test_a_freeze_blocks_it_and_it_is_said_once_on_the_journal(house: Fleet) -> None:
    plan = house.plan("shop.yml", "web1", policy=POLICY)
    name = house.add(plan, START + 72 * HOUR, despite=("sale",)).deployment.id
    at(house, 72 * HOUR + MINUTE)
    for _ in range(2):
        line = house.run_due()[0]
        assert line.what == "not admitted"
        assert "sale: frozen until 2026-03-07T00:00+00:00, because sale" in line.words
    assert kinds(house, name).count("not_admitted") == 1
    assert house.playbooks.started == []
    at(house, 72 * HOUR + 10 * MINUTE)
    assert house.run_due()[0].what == "asks"
    assert house.now(name).schedule.missed_start is not None
    assert "sale: frozen until" in str(house.now(name).schedule.missed_start)


def test_what_somebody_else_drives_is_left_to_them(house: Fleet) -> None:
    name = house.add(house.plan("shop.yml", "web1"), START + MINUTE).deployment.id
    at(house, MINUTE)
    with house.ports.journal.drive_alone(name):
        assert [line.what for line in house.run_due()] == ["driven already"]
    assert house.drivers.begun == []


def test_only_one_decides_at_a_time(house: Fleet) -> None:
    house.add(house.plan("shop.yml", "web1"), START + MINUTE)
    at(house, MINUTE)
    with house.ports.journal.drive_alone(CLAIM), pytest.raises(Conflict, match="Another orch run-due"):
        house.run_due()
    assert [line.what for line in house.run_due()] == ["started"]


def test_a_driver_that_ends_without_a_word_is_told(house: Fleet) -> None:
    house.drivers.drive = lambda name, by: None
    house.drivers.words = "No room on the disk."
    name = house.add(house.plan("shop.yml", "web1"), START + MINUTE).deployment.id
    at(house, MINUTE)
    assert [(line.what, line.words) for line in house.run_due()] == [("failed", "No room on the disk.")]
    assert house.now(name).state is State.SCHEDULED


def test_what_is_paused_is_not_started(house: Fleet) -> None:
    name = house.add(house.plan("shop.yml", "web1"), START + MINUTE).deployment.id
    signal(house.ports, name, e.Paused(by="bo", reason="the vendor called"))
    at(house, MINUTE)
    line = house.run_due()[0]
    assert (line.what, "bo: the vendor called" in line.words) == ("asks", True)


def test_nothing_starts_while_everything_is_stopped(house: Fleet) -> None:
    house.add(house.plan("shop.yml", "web1"), START + MINUTE)
    stop_all(house.ports, by="bo", reason="smoke")
    at(house, MINUTE)
    with pytest.raises(Refused, match="smoke"):
        house.run_due()


class Killed(BaseException):
    """Stands for the death of whoever looked: nothing of its own is done any more."""


@pytest.mark.parametrize("missed", ["ask", "start while open"])
def test_killed_before_its_driver_was_there_the_next_look_starts_it(house: Fleet, missed: str) -> None:
    name = house.add(house.plan("shop.yml", "web1"), START + MINUTE, missed=missed).deployment.id
    drive = house.drivers.drive

    def die(name: str, by: str) -> None:
        raise Killed

    house.drivers.drive = die
    at(house, MINUTE if missed == "ask" else HOUR)
    with pytest.raises(Killed):
        house.run_due()
    assert house.now(name).authority.opened_at is None
    house.drivers.drive = drive
    assert [line.what for line in house.run_due()] == ["started"]
    assert (house.now(name).state, kinds(house, name).count("window_opened")) == (State.COMPLETED, 1)
    assert kinds(house, name).count("start_missed") == (missed != "ask")


def test_killed_after_its_driver_was_there_nothing_is_started_twice(house: Fleet) -> None:
    name = house.add(house.plan("shop.yml", "web1"), START + MINUTE).deployment.id
    drive = house.drivers.drive

    def die(name: str, by: str) -> None:
        drive(name, by)
        raise Killed

    house.drivers.drive = die
    at(house, MINUTE)
    with pytest.raises(Killed):
        house.run_due()
    assert house.run_due() == []
    assert (house.now(name).state, kinds(house, name).count("window_opened")) == (State.COMPLETED, 1)
    assert len([word for word in kinds(house, name) if word == "attempt_intended"]) == 1


def test_a_driver_that_outlived_who_began_it_keeps_its_machines_from_others(house: Fleet) -> None:
    first = house.add(house.plan("a.yml", "web1"), START + 2 * MINUTE).deployment.id
    second = house.add(house.plan("b.yml", "web1"), START + MINUTE).deployment.id
    at(house, 3 * MINUTE)
    with house.ports.journal.drive_alone(first):
        lines = {line.deployment: line for line in house.run_due()}
    assert lines[second].what == "waits"
    assert f"{first} runs and shares machine web1" in lines[second].words
    assert lines[first].what == "driven already"
    assert house.drivers.begun == []


def test_two_drivers_of_one_deployment_and_the_second_only_looks_on(house: Fleet) -> None:
    name = house.add(house.plan("shop.yml", "web1"), START + MINUTE).deployment.id
    drive = house.drivers.drive
    # The one that an earlier look left behind takes the claim before ours does.
    house.drivers.drive = lambda name, by: drive(name, "an earlier look")
    at(house, MINUTE)
    assert [line.what for line in house.run_due()] == ["started"]
    assert kinds(house, name).count("driver_took") == 1


def test_what_is_in_the_way_of_one_is_in_the_way_of_no_other(house: Fleet) -> None:
    bad = house.add(house.plan("a.yml", "web1"), START + MINUTE).deployment.id
    good = house.add(house.plan("b.yml", "web2"), START + 2 * MINUTE).deployment.id
    drive = house.drivers.drive

    def begin(name: str, by: str) -> None:
        if name == bad:
            raise StoreFault("No room on the disk.")
        drive(name, by)

    house.drivers.drive = begin
    at(house, 3 * MINUTE)
    assert [(line.deployment, line.what) for line in house.run_due()] == [(bad, "failed"), (good, "started")]


def test_a_skip_that_was_cut_short_is_ended_by_the_next_look(house: Fleet) -> None:
    name = house.add(house.plan("shop.yml", "web1"), START + MINUTE, missed="skip").deployment.id
    at(house, HOUR)
    signal(house.ports, name, e.StartMissed(late=3540, choice="skip", reason="nobody looked", by="cron"))
    assert [(line.what, line.words) for line in house.run_due()] == [("skipped", "nobody looked")]
    assert (house.now(name).state, kinds(house, name).count("start_missed")) == (State.CANCELLED, 1)
    assert house.playbooks.started == []


def test_a_freeze_that_was_added_later_refuses_it_by_name(house: Fleet) -> None:
    before = POLICY.model_copy(update={"freezes": ()})
    name = house.add(house.plan("shop.yml", "web1", policy=before), START + 72 * HOUR).deployment.id
    house.plan("shop.yml", "web1", policy=POLICY)
    at(house, 72 * HOUR)
    line = house.run_due()[0]
    assert (line.deployment, line.what) == (name, "refused")
    assert "policy (live 1 changed): no longer what it was when the deployment was planned" in line.words
    assert "schedule it anew, and have that approved: orch schedule add shop.yml --at TIME" in line.words
    assert "sale: frozen until 2026-03-07T00:00+00:00, because sale" in line.words
    assert house.playbooks.started == []
    assert house.run_due() == []


def test_a_late_start_that_still_waits_when_its_window_ends_asks_after_all(house: Fleet) -> None:
    other = running(house, "pay.yml", "web1")
    plan = house.plan("shop.yml", "web1", policy=POLICY)
    name = house.add(plan, START + MINUTE, missed="start while open").deployment.id
    signal(house.ports, name, e.StartMissed(late=600, choice="start", reason="nobody looked", by="cron"))
    at(house, 20 * MINUTE)
    assert house.run_due()[0].what == "waits"
    end(house, other)
    at(house, 24 * HOUR + 10 * MINUTE)
    assert house.run_due()[0].what == "asks"
    assert house.playbooks.started == []
