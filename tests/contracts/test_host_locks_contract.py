"""What host locks keep: one holder for each machine, all or nothing, and epochs that only grow."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from orchestrator.adapters.store import SqlHostLocks
from orchestrator.engine.ports import HostLocks
from tests.fakes.clock import FakeClock
from tests.fakes.host_locks import FakeHostLocks


@pytest.fixture(params=["sqlite", "postgresql", "fake"])
def locks(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[HostLocks]:
    if request.param == "fake":
        yield FakeHostLocks(FakeClock())
        return
    url = request.getfixturevalue("database_url") if request.param == "postgresql" else None
    real = SqlHostLocks(tmp_path / "store", FakeClock(), url=url)
    yield real
    real.close()


def holders(locks: HostLocks) -> dict[str, str]:
    return {lock.host: lock.deployment for lock in locks.held()}


def test_a_free_machine_is_locked(locks: HostLocks) -> None:
    assert locks.take("a", {"m1": "web1", "m2": "web2"}, "ann") == []
    assert holders(locks) == {"web1": "a", "web2": "a"}


def test_a_held_machine_keeps_everything_of_the_second_out_under_whatever_name(locks: HostLocks) -> None:
    locks.take("a", {"m1": "web1"}, "ann")
    held = locks.take("b", {"m1": "shop-front", "m2": "web2"}, "bo")
    assert [(lock.machine, lock.host, lock.deployment, lock.by) for lock in held] == [
        ("m1", "web1", "a", "ann")
    ]
    assert holders(locks) == {"web1": "a"}


def test_taking_again_what_one_holds_changes_nothing(locks: HostLocks) -> None:
    locks.take("a", {"m1": "web1"}, "ann")
    before = locks.held()
    assert locks.take("a", {"m1": "web1", "m2": "web2"}, "ann") == []
    assert locks.held()[0] == before[0]
    assert holders(locks) == {"web1": "a", "web2": "a"}


def test_what_is_given_back_is_free(locks: HostLocks) -> None:
    locks.take("a", {"m1": "web1"}, "ann")
    locks.take("b", {"m2": "web2"}, "bo")
    locks.give_back("a")
    locks.give_back("a")
    assert holders(locks) == {"web2": "b"}
    assert locks.take("b", {"m1": "web1"}, "bo") == []


def test_epochs_only_grow(locks: HostLocks) -> None:
    epochs = [locks.next_epoch() for _ in range(5)]
    assert epochs == sorted(set(epochs))
    assert epochs[0] > 0


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_store_begun_anew_is_not_behind_an_old_one(
    request: pytest.FixtureRequest, tmp_path: Path, database: str
) -> None:
    url = request.getfixturevalue("database_url") if database == "postgresql" else None
    clock = FakeClock()
    fresh = SqlHostLocks(tmp_path / "store", clock, url=url)
    assert fresh.next_epoch() >= int(clock.now().timestamp())

    def several(_: int) -> list[int]:
        own = SqlHostLocks(tmp_path / "store", clock, url=url)
        try:
            return [own.next_epoch() for _ in range(5)]
        finally:
            own.close()

    with ThreadPoolExecutor(4) as pool:
        given = [epoch for part in pool.map(several, range(4)) for epoch in part]
    assert len(set(given)) == 20


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_of_many_at_once_one_gets_the_machine(
    request: pytest.FixtureRequest, tmp_path: Path, database: str
) -> None:
    url = request.getfixturevalue("database_url") if database == "postgresql" else None

    def take(number: int) -> bool:
        own = SqlHostLocks(tmp_path / "store", FakeClock(), url=url)
        try:
            return not own.take(f"d{number}", {"m1": "web1"}, "ann")
        finally:
            own.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(take, range(8))) == 1


def test_a_store_knows_the_epochs_that_it_gave_and_no_others(locks: HostLocks) -> None:
    given = {locks.next_epoch(), locks.next_epoch()}
    assert locks.never_given(given) == frozenset()
    strange = {max(given) + 1000, 2**40}
    assert locks.never_given(given | strange) == strange
    assert locks.never_given(frozenset()) == frozenset()
