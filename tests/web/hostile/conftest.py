"""The service that is attacked: a real server over a home with a history, and whoever may do everything is logged in."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.worlds.served import OpenDoors, access
from tests.worlds.served_home import home_with_history, listening, project_of


@pytest.fixture(scope="package")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("attacked")
    doors = OpenDoors(access("deployment manager", "change manager", "administrator"))
    with listening(home_with_history(folder), doors, (project_of(folder),)) as address:
        yield address


@pytest.fixture(scope="package")
def client(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, trust_env=False, timeout=120) as client:
        yield client
