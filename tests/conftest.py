"""What every test may rely on: fleet tests run on real hosts, or say why they do not."""

from __future__ import annotations

import os
import subprocess
from functools import cache
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
    """What takes longest begins first, and short files last: a file is one worker's, and at the end all have work."""
    items.sort(key=_rank)


def _rank(item: pytest.Item) -> tuple[int, bool]:
    first = ("tests/chaos", "fleet", "tests/simulation", "tests/adapters/ansible", "tests/store")
    traits = [item.nodeid.startswith(trait) or item.get_closest_marker(trait) is not None for trait in first]
    return (traits.index(True) if True in traits else len(first)), item.get_closest_marker("fleet") is None


@pytest.fixture
def root() -> Path:
    """The root of the repository."""
    return ROOT
