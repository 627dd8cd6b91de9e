"""Real hosts for the tests: each test process has labs of its own, taken down at its end.

ORCH_TEST_LAB=NAME lets the fixture `lab` use a lab of that name and leave it standing, for work on one test.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import pytest

from orchestrator.lab.fleet import Lab, take_down
from orchestrator.lab.hosts.sweep import labs_with_traces
from orchestrator.lab.roots.base import ready_base
from tests.fleet.labs import lab_for, lab_name_for
from tests.worlds.docker_engine import NoDocker, image_of_docker
from tests.worlds.execution_images import Image, image_of_podman

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests in this folder are fleet tests."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.fleet)


class NewLab(Protocol):
    """Makes a lab that ends with the test."""

    def __call__(self, hosts: int = 2, *, light: bool = False) -> Lab: ...


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    """Six full hosts, web1 to web6, for all tests of this process: leave them as you found them."""
    standing = os.environ.get("ORCH_TEST_LAB")
    if standing:
        yield Lab.up(standing, 6)
        return
    with lab_for("full", 6) as made:
        yield made


@pytest.fixture(scope="session")
def light_lab() -> Iterator[Lab]:
    """Twelve light hosts, web1 to web12, for all tests of this process."""
    with lab_for("light", 12, light=True) as made:
        yield made


@pytest.fixture
def lab_name() -> Iterator[str]:
    """A name for a lab that the test makes itself; whatever is left of it is taken away."""
    name = lab_name_for("own")
    yield name
    take_down(name)


@pytest.fixture
def new_lab() -> Iterator[NewLab]:
    """Fresh hosts for one test, which may break them."""
    made: list[str] = []

    def up(hosts: int = 2, *, light: bool = False) -> Lab:
        made.append(lab_name_for(f"new{len(made)}"))
        return Lab.up(made[-1], hosts, light=light)

    yield up
    for name in made:
        take_down(name)


@pytest.fixture(scope="module")
def image(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Image]:
    """An image with Ansible, for the tests of one file; its engine finds it by the environment.

    By podman, or by the engine that a file names (indirectly: IN_BOTH_ENGINES).
    """
    engine = getattr(request, "param", "podman")
    if shutil.which(engine) is None:
        pytest.skip(f"{engine} is not installed here: make testing")
    made_by = image_of_docker if engine == "docker" else image_of_podman
    folder = tmp_path_factory.mktemp("image")
    with ExitStack() as until_the_end:
        # Hundreds of megabytes, which pytest would keep until the third run after this one.
        until_the_end.callback(shutil.rmtree, folder, ignore_errors=True)
        try:
            made = until_the_end.enter_context(made_by(ready_base(lambda _: None), folder))
        except NoDocker as lack:
            pytest.skip(str(lack))
        before = {name: os.environ.get(name) for name in made.environment}
        os.environ.update(made.environment)
        yield made
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


@pytest.fixture(scope="session", autouse=True)
def _labs_of_dead_test_runs() -> None:
    """A test run that was killed left its labs standing."""
    if os.geteuid() != 0:
        return
    for name in labs_with_traces():
        owner = re.fullmatch(r"test-\w+-(\d+)", name)
        if owner and not Path(f"/proc/{owner[1]}").exists():
            take_down(name)
