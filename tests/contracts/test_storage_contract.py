"""What a storage keeps: it holds room back without touching the reserve, and gives up what it holds."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.adapters.store import DiskStorage
from orchestrator.engine.ports import Storage
from tests.fakes.storage import FakeStorage
from tests.worlds.small_disk import disk_of

MIB = 1 << 20
SIZE, RESERVE = 64 * MIB, 16 * MIB


@pytest.fixture(params=["disk", "fake"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    if request.param == "fake":
        yield FakeStorage(SIZE, RESERVE)
        return
    with disk_of(64, tmp_path / "disk") as disk:
        yield DiskStorage(disk, RESERVE)


def test_the_room_of_an_empty_disk(storage: Storage) -> None:
    assert SIZE - MIB < storage.room() <= SIZE
    assert storage.reserve == RESERVE
    assert storage.place


def test_what_is_held_back_is_no_longer_free(storage: Storage) -> None:
    before = storage.room()
    held = storage.lay_in("d1", 10 * MIB)
    assert 10 * MIB <= held <= 14 * MIB
    assert abs(before - storage.room() - held) < MIB


def test_what_is_held_back_already_counts(storage: Storage) -> None:
    held = storage.lay_in("d1", 10 * MIB)
    before = storage.room()
    assert storage.lay_in("d1", 10 * MIB) == held
    assert storage.lay_in("d1", 2 * MIB) == held
    assert storage.room() == before


def test_each_deployment_has_its_own(storage: Storage) -> None:
    storage.lay_in("d1", 10 * MIB)
    before = storage.room()
    held = storage.lay_in("d2", 10 * MIB)
    assert abs(before - storage.room() - held) < MIB
    storage.give_back("d2")
    assert abs(storage.room() - before) < MIB
    assert storage.lay_in("d1", 0) >= 10 * MIB


def test_the_reserve_is_never_held_back(storage: Storage) -> None:
    held = storage.lay_in("d1", 10 * SIZE)
    assert RESERVE <= storage.room() < RESERVE + 5 * MIB
    assert SIZE - RESERVE - 6 * MIB < held <= SIZE - RESERVE


def test_releasing_gives_up_half_and_always_keeps_some(storage: Storage) -> None:
    held = storage.lay_in("d1", 20 * MIB)
    before = storage.room()
    given_up = storage.release("d1")
    assert held / 3 < given_up < held
    assert abs(storage.room() - before - given_up) < MIB
    assert storage.lay_in("d1", 0) == held - given_up
    while storage.release("d1"):
        assert storage.lay_in("d1", 0) > 0
    assert 0 < storage.lay_in("d1", 0) <= held / 4


def test_what_was_released_can_be_held_back_again(storage: Storage) -> None:
    held = storage.lay_in("d1", 20 * MIB)
    storage.release("d1")
    assert storage.lay_in("d1", 20 * MIB) == held


def test_giving_back_leaves_nothing(storage: Storage) -> None:
    before = storage.room()
    storage.lay_in("d1", 20 * MIB)
    storage.give_back("d1")
    storage.give_back("d1")
    assert abs(storage.room() - before) < MIB
    assert storage.lay_in("d1", 0) == 0


def test_what_was_never_held_back_gives_nothing(storage: Storage) -> None:
    assert storage.release("d1") == 0
    storage.give_back("d1")
