"""What every test may rely on: fleet tests run on real hosts, or say why they do not."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from functools import cache
from itertools import chain, groupby, islice
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.store.postgres import database_url, postgresql

__all__ = ["database_url", "postgresql"]

# A busy machine is slow, and that is no fault of a rule: how long one example may take is nothing that is tested.
settings.register_profile("orch", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("orch")

ROOT = Path(__file__).resolve().parent.parent


@cache
def machine_lacks() -> str:
    """What keeps real hosts from this machine, in the words of setup/machine.sh; empty when it is fit."""
    look = subprocess.run(
        ["setup/machine.sh", "--look", "--tests"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    missing = [line for line in look.stderr.splitlines() if "MISSING" in line]
    return "" if look.returncode == 0 else " ".join(missing) or look.stderr


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a fleet test where there can be no hosts; in CI that is a failure."""
    if item.get_closest_marker("fleet") is None or not machine_lacks():
        return
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI needs real hosts. {machine_lacks()}", pytrace=False)
    pytest.skip(machine_lacks())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, and short files last: a file is one worker's, and at the end all have work.

    Tests on hosts mostly wait, so their files stand among the others: some workers wait while the rest compute.
    """
    items.sort(key=_rank)
    waiting = [list(tests) for _, tests in groupby(_on_hosts(items, wanted=True), key=_file)]
    computing = [list(tests) for _, tests in groupby(_on_hosts(items, wanted=False), key=_file)]
    items[:] = chain.from_iterable(_spread(waiting, computing))


def _on_hosts(items: list[pytest.Item], *, wanted: bool) -> list[pytest.Item]:
    return [item for item in items if (item.get_closest_marker("fleet") is not None) is wanted]


def _file(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]


def _spread(
    waiting: list[list[pytest.Item]], computing: list[list[pytest.Item]]
) -> Iterator[list[pytest.Item]]:
    """Two files that wait, then some that compute; those that wait are used up when half of the others are."""
    some = len(computing) // max(1, len(waiting))
    rest = iter(computing)
    for number, tests in enumerate(waiting, 1):
        yield tests
        if number % 2 == 0:
            yield from islice(rest, some)
    yield from rest


def _rank(item: pytest.Item) -> tuple[int, bool]:
    first = ("tests/chaos", "tests/fleet", "tests/simulation", "tests/adapters/ansible", "tests/store")
    ranks = (number for number, folder in enumerate(first) if item.nodeid.startswith(folder))
    return next(ranks, len(first)), item.get_closest_marker("fleet") is None


@pytest.fixture
def root() -> Path:
    """The root of the repository."""
    return ROOT
