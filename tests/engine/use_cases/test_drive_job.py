"""A job that has a deployment driven: when it is over, and after how long it is tried again."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from orchestrator.adapters.queue.drive_worker import LOOKS_WHILE_SILENT, POLL, SILENT
from orchestrator.domain.journal import events as e
from orchestrator.engine.lease_ports import LeaseSeen, LeaseTerms
from orchestrator.engine.ports import Ports
from orchestrator.engine.use_cases.drive_job import drive_job
from orchestrator.engine.use_cases.fruitless_starts import AGAIN, HANDED_ON, SELDOM, FruitlessStarts
from orchestrator.errors import StoreFault
from tests.fakes.clock import FakeClock
from tests.fakes.drivers import FakeDrivers
from tests.fakes.journal import FakeJournal
from tests.fakes.plans import FakePlans
from tests.fakes.playbooks import FakePlaybooks
from tests.fakes.targets import FakeTargets
from tests.histories import START, ready_to_deploy
from tests.worlds.ports import ports_over

NAME = "app-2.0"
FOR_TWO_STARTS = 10.0
"""Seconds: for the next driver to start and look, and then for its first word on the journal; 2 to 3 on an idle machine."""


@pytest.fixture
def ports() -> Ports:
    clock = FakeClock(START)
    journal = FakeJournal(clock)
    journal.append(NAME, 0, ready_to_deploy())
    return ports_over(clock, FakePlans(), FakePlaybooks(clock.now), FakeTargets(), journal=journal)


def job(ports: Ports, drive: Callable[[], object], fruitless: FruitlessStarts | None = None) -> float | None:
    drivers = FakeDrivers(lambda deployment, by: drive())
    return drive_job(ports, drivers, NAME, by="ann", fruitless=fruitless or starts_of(0))


def starts_of(number: int) -> FruitlessStarts:
    """A worker that started it so often for nothing, long ago."""
    clock = FakeClock(START)
    fruitless = FruitlessStarts(clock)
    for _ in range(number):
        fruitless.add(NAME)
    clock.sleep(SELDOM)
    return fruitless


class Claimed(FakeJournal):
    """A journal on a server: how its lease is seen, look by look; the last one stays."""

    def __init__(self, clock: FakeClock, *seen: LeaseSeen | None) -> None:
        super().__init__(clock)
        self.seen = list(seen)

    def claim(self, deployment: str) -> LeaseSeen | None:
        return self.seen.pop(0) if len(self.seen) > 1 else self.seen[0]


def claimed(*seen: LeaseSeen | None) -> Ports:
    clock = FakeClock(START)
    journal = Claimed(clock, *seen)
    journal.append(NAME, 0, ready_to_deploy())
    return ports_over(clock, FakePlans(), FakePlaybooks(clock.now), FakeTargets(), journal=journal)


def held(*, fence: int = 1, renewals: int = 0, age: float = 0.0, seconds: float = 0.0) -> LeaseSeen:
    return LeaseSeen("pid 1 on one", (fence, renewals), age, seconds, LeaseTerms())


@pytest.mark.parametrize("tried", [0, 3, 40])
def test_while_another_renews_its_claim_it_is_looked_at_often_and_cheaply(tried: int) -> None:
    """Its machine may die at any time, however long it has driven: no driver is begun, and no look comes late."""
    words_of_job: list[str] = []
    seconds = drive_job(
        claimed(held(age=4.9)),
        FakeDrivers(lambda deployment, by: pytest.fail("another drives it")),
        NAME,
        by="ann",
        fruitless=starts_of(tried),
        say=lambda name, words: words_of_job.append(words),
    )
    assert seconds == 3.0, "when it should have been renewed"
    assert words_of_job == ["driven by pid 1 on one"]


def test_a_claim_whose_renewal_is_overdue_has_a_driver_that_looks_for_its_end() -> None:
    begun: list[str] = []
    assert job(claimed(held(age=7.6)), lambda: begun.append(NAME)) is not None
    assert begun == [NAME]


@pytest.mark.parametrize("tried", [0, 40])
def test_a_driver_that_is_refused_by_a_renewal_is_no_reason_to_look_seldom(tried: int) -> None:
    assert job(claimed(held(age=7.6), held(renewals=1)), lambda: None, starts_of(tried)) == AGAIN


class Frozen(FakeDrivers):
    """A driver that stands still: it does not end when it is asked to."""

    def __init__(self) -> None:
        super().__init__(lambda deployment, by: None)
        self.ended: list[str] = []

    def begin(self, deployment: str, by: str) -> None:
        super().begin(deployment, by)
        self.running.add(deployment)

    def kill(self, deployment: str) -> None:
        self.ended.append(deployment)
        self.running.discard(deployment)


def test_a_driver_of_its_own_that_stands_still_is_ended_when_its_lease_is_over() -> None:
    drivers = Frozen()
    seen = [held(fence=2, age=float(age), seconds=float(age)) for age in range(0, 22, 2)]
    ports = claimed(None, *seen, *[held(fence=3)] * 10)

    def leaving() -> bool:
        if len(ports.journal.seen) == 1:  # type: ignore[attr-defined]
            drivers.running.clear()
        return False

    words_of_job: list[str] = []
    drive_job(
        ports,
        drivers,
        NAME,
        by="ann",
        fruitless=starts_of(5),
        leaving=leaving,
        say=lambda name, words: words_of_job.append(words),
    )
    assert words_of_job[:2] == ["driven", "its driver did not renew its claim, and was ended"]
    assert (drivers.begun, drivers.ended) == ([NAME, NAME], [NAME]), (
        "the next one begins at once, and is well"
    )


def test_a_worker_that_is_leaving_begins_none_in_the_place_of_one_that_stands_still() -> None:
    drivers = Frozen()
    seen = [held(fence=2, age=float(age), seconds=float(age)) for age in range(0, 22, 2)]
    assert (
        drive_job(claimed(None, *seen), drivers, NAME, by="ann", fruitless=starts_of(0), leaving=lambda: True)
        == 0.0
    )
    assert (drivers.begun, drivers.ended) == ([NAME], [NAME])


def test_a_driver_that_waits_for_the_end_of_anothers_lease_is_left_to_it() -> None:
    drivers = Frozen()
    ports = claimed(held(fence=1, age=8.0), *[held(fence=1, age=40.0, seconds=40.0)] * 30, held(fence=2))

    def leaving() -> bool:
        if len(ports.journal.seen) == 1:  # type: ignore[attr-defined]
            drivers.running.clear()
        return False

    drive_job(ports, drivers, NAME, by="ann", fruitless=starts_of(0), leaving=leaving)
    assert drivers.ended == []


def test_from_the_death_of_a_machine_to_its_next_driver_are_less_than_45_seconds() -> None:
    """The bound that the documentation gives, from the terms that are in force (decision 131)."""
    terms = LeaseTerms()
    queue = SILENT + SILENT / LOOKS_WHILE_SILENT + POLL
    by_hand = terms.overdue + 1.0 + POLL
    assert max(queue, by_hand) + terms.lease + terms.look <= 45.0 - FOR_TWO_STARTS


def took(ports: Ports) -> None:
    records = ports.journal.read(NAME)
    ports.journal.append(NAME, records[-1].seq, [e.DriverTook(driver="another", by="bo")])


@pytest.mark.parametrize(
    ("starts", "seconds"), [(1, AGAIN), (2, 2 * AGAIN), (4, 8 * AGAIN), (10, SELDOM), (5000, SELDOM)]
)
def test_where_nothing_comes_of_it_a_worker_tries_it_ever_more_seldom(
    ports: Ports, starts: int, seconds: float
) -> None:
    """And offers it to the others all the while, soon at first."""
    clock = FakeClock(START)
    fruitless = FruitlessStarts(clock)
    for _ in range(starts):
        fruitless.add(NAME)
    for step in (0.0, 2.0, seconds - 2.1):
        clock.sleep(step)
        offer = job(ports, lambda: pytest.fail("not yet"), fruitless)
        assert offer == (HANDED_ON if clock.uptime()[1] < 10 else AGAIN)
    begun: list[str] = []
    clock.sleep(0.2)
    assert job(ports, lambda: begun.append(NAME), fruitless) == HANDED_ON
    assert begun == [NAME]


@pytest.mark.parametrize("fault", [StoreFault("no room"), OSError(11, "no process can be made")])
def test_a_driver_that_cannot_be_started_is_told_and_left_to_another_worker(
    ports: Ports, fault: Exception
) -> None:
    def fails() -> None:
        raise fault

    words, fruitless = list[str](), starts_of(0)
    drivers = FakeDrivers(lambda deployment, by: fails())
    for _ in range(2):
        after = drive_job(
            ports, drivers, NAME, by="ann", fruitless=fruitless, say=lambda name, line: words.append(line)
        )
        assert after == HANDED_ON
    assert drivers.begun == [NAME], "others first"
    assert words == ["driven", f"its driver could not be started, and another worker gets it first: {fault}"]


def test_a_worker_forgets_its_fruitless_starts_when_something_came_of_one(ports: Ports) -> None:
    fruitless = starts_of(3)
    assert job(ports, lambda: took(ports), fruitless) == AGAIN
    assert fruitless.offer_after(NAME) is None
    assert job(ports, lambda: None, fruitless) == HANDED_ON
    assert fruitless.offer_after(NAME) == HANDED_ON


def test_a_deployment_that_another_process_goes_on_with_is_soon_looked_at_again(ports: Ports) -> None:
    """That one may die, and nobody else would know."""
    assert job(ports, lambda: took(ports), starts_of(9)) == AGAIN


def test_what_waits_for_a_person_is_over_for_the_queue(ports: Ports) -> None:
    def pause() -> None:
        records = ports.journal.read(NAME)
        ports.journal.append(NAME, records[-1].seq, [e.Paused(by="bo", reason="lunch")])

    assert job(ports, pause) is None
    assert job(ports, lambda: pytest.fail("nobody is to drive it")) is None
