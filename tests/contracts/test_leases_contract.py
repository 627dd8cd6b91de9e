"""What every lease keeps: one holder at a time, fences that only grow, and nobody taken over who renews."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from orchestrator.adapters.store import SqlJournal
from orchestrator.adapters.store.leases.sql_leases import SqlLeases
from orchestrator.engine.lease_ports import Holder, Leases, LeaseTerms
from orchestrator.errors import Conflict
from tests.fakes.clock import FakeClock
from tests.store.database_time import TimeOfTest

ANN, BOB = Holder("pid 1 on one"), Holder("pid 2 on two")
TERMS = LeaseTerms()


class Shared:
    """Leases of several processes on one database, whose time the test owns; each process has a clock of its own."""

    def __init__(self, journal: SqlJournal, clock: FakeClock) -> None:
        self._journal, self.clock = journal, clock

    def leases(self) -> Leases:
        database = self._journal.database
        time = TimeOfTest(lambda: self.clock.now().timestamp())
        return SqlLeases(database.look, database.write, self.clock, TERMS, time=time)

    def passes(self, seconds: float, *lookers: Callable[[], object]) -> None:
        """Time passes for the database and all processes, in steps of a second; the lookers look after each."""
        for _ in range(int(seconds)):
            self.clock.sleep(1.0)
            for look in lookers:
                look()


@pytest.fixture(params=["sqlite", "postgresql"])
def shared(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shared]:
    clock = FakeClock()
    url = request.getfixturevalue("database_url") if request.param == "postgresql" else None
    journal = SqlJournal(tmp_path / "store", clock, url=url)
    yield Shared(journal, clock)
    journal.close()


def test_a_lease_has_one_holder_who_is_named(shared: Shared) -> None:
    lease = shared.leases().take("d1", ANN)
    with pytest.raises(Conflict, match="pid 1 on one"):
        shared.leases().take("d1", BOB)
    assert shared.leases().holder("d1") == ("pid 1 on one", lease.fence)
    assert shared.leases().holder("d2") == ("", 0)
    assert shared.leases().take("d2", BOB).fence == 1


def test_a_lease_that_was_given_back_is_free_at_once_and_its_fence_grows(shared: Shared) -> None:
    first = shared.leases().take("d1", ANN)
    first.give_back()
    second = shared.leases().take("d1", BOB)
    assert second.fence > first.fence
    first.give_back()
    assert shared.leases().holder("d1") == ("pid 2 on two", second.fence)
    assert not first.renew()


def test_a_holder_may_act_for_less_than_a_lease_from_before_it_asked(shared: Shared) -> None:
    lease = shared.leases().take("d1", ANN)
    assert lease.left() == TERMS.lease - TERMS.margin
    shared.passes(17)
    assert lease.left() > 0
    shared.passes(1)
    assert lease.left() <= 0
    assert lease.renew()
    assert lease.left() == TERMS.lease - TERMS.margin


def test_who_renews_is_never_taken_over(shared: Shared) -> None:
    lease, taker = shared.leases().take("d1", ANN), shared.leases()
    for _ in range(12):
        shared.passes(5, lambda: taker.seen_for("d1"))
        assert lease.renew()
        with pytest.raises(Conflict):
            taker.take("d1", BOB)


def test_a_lease_that_was_seen_unrenewed_for_its_whole_length_is_taken_over(shared: Shared) -> None:
    lease, taker = shared.leases().take("d1", ANN), shared.leases()
    taker.seen_for("d1")
    shared.passes(19, lambda: taker.seen_for("d1"))
    with pytest.raises(Conflict):
        taker.take("d1", BOB)
    shared.passes(1)
    after = taker.take("d1", BOB)
    assert after.fence == lease.fence + 1
    assert lease.left() <= 0
    assert not lease.renew()
    assert lease.lost()
    assert lease.left() <= 0


def test_a_lease_that_is_long_over_is_not_taken_before_it_was_seen(shared: Shared) -> None:
    lease, taker = shared.leases().take("d1", ANN), shared.leases()
    shared.passes(3600)
    with pytest.raises(Conflict):
        taker.take("d1", BOB)
    assert lease.renew(), "the database was away from its holder, and nobody has taken over"


def test_looks_that_are_far_apart_see_nothing(shared: Shared) -> None:
    shared.leases().take("d1", ANN)
    taker = shared.leases()
    for _ in range(6):
        shared.passes(10)
        assert taker.seen_for("d1") == 0.0


def test_a_look_says_who_holds_it_and_whether_a_renewal_is_overdue(shared: Shared) -> None:
    looker = shared.leases()
    assert looker.look("d1") is None
    lease = shared.leases().take("d1", ANN)
    first = looker.look("d1")
    assert first is not None
    assert (first.holder, first.overdue, first.over) == (ANN.words, False, False)
    shared.passes(TERMS.renew)
    lease.renew()
    renewed = looker.look("d1")
    assert renewed is not None
    assert renewed.sign != first.sign
    assert not renewed.overdue
    shared.passes(8, lambda: looker.look("d1"))
    late = looker.look("d1")
    assert late is not None
    assert (late.sign, late.overdue, late.over) == (renewed.sign, True, False)
    shared.passes(13, lambda: looker.look("d1"))
    last = looker.look("d1")
    assert last is not None
    assert last.over
    lease.give_back()
    assert looker.look("d1") is None


def test_the_place_of_a_holder_who_is_gone_lets_it_follow_at_once(shared: Shared) -> None:
    first = shared.leases().take("d1", Holder("pid 1 on one", "boot:1:2"))
    with pytest.raises(Conflict):
        shared.leases().take("d1", Holder("pid 2 on one", "boot:1:3"))
    assert shared.leases().take("d1", Holder("pid 2 on one", "boot:1:2")).fence == first.fence + 1
    assert not first.renew()


def test_of_two_that_take_over_at_once_one_is_first(shared: Shared) -> None:
    shared.leases().take("d1", ANN)
    takers = [shared.leases(), shared.leases()]
    for _ in range(21):
        shared.passes(1, *(lambda taker=taker: taker.seen_for("d1") for taker in takers))
    assert takers[0].take("d1", BOB).fence == 2
    with pytest.raises(Conflict):
        takers[1].take("d1", ANN)
