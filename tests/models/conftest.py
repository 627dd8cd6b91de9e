"""The tests of this folder deploy the examples on real hosts; all but the quick ones are slow."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.fleet.labs import lab_for
from tests.models.example_site import ENVIRONMENTS, ExampleSite, MakeSite

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever needs an example on hosts is a fleet test, and takes minutes."""
    for item in items:
        if item.path.is_relative_to(HERE) and "example" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.fleet)
            item.add_marker(pytest.mark.timeout(1500))


@pytest.fixture
def example(tmp_path: Path) -> Iterator[MakeSite]:
    """Makes the site of an example: a copy of its project, and two full hosts for each environment."""
    with ExitStack() as standing:
        labs = {name: standing.enter_context(lab_for(f"m{name}", 2)) for name in ENVIRONMENTS}
        yield lambda name: ExampleSite(name, tmp_path, labs)
