"""Releases of one name from several projects are told apart on the lists."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from orchestrator.domain.fold.brief import brief_of
from orchestrator.web.pages.projects_apart import projects_apart
from tests.fakes.clock import FakeClock
from tests.fakes.journal import FakeJournal
from tests.fakes.plans import FakePlans
from tests.fakes.playbooks import FakePlaybooks
from tests.fakes.targets import FakeTargets
from tests.histories import planned
from tests.journals.corpus import folded
from tests.worlds.ports import ports_over
from tests.worlds.served import ADDRESS, OpenDoors, access, served

ONE = brief_of(folded("completed_phased"))


def pages(*projects: str) -> list[str]:
    """The overview and the list of a house with a deployment of each of these projects, all of one name."""
    clock = FakeClock(datetime(2026, 11, 30, 12, tzinfo=UTC))
    journal = FakeJournal(clock)
    for number, project in enumerate(projects):
        journal.append(f"app-{number}", 0, [planned().model_copy(update={"project": project})])
    ports = ports_over(clock, FakePlans(), FakePlaybooks(clock.now), FakeTargets(), journal=journal)
    client = TestClient(served(ports, OpenDoors(access("viewer"))), base_url=ADDRESS)
    return [client.get(path).text for path in ("/", "/deployments")]


def test_pages_name_the_project_where_names_are_alike() -> None:
    for page in pages("/srv/north/shop", "/srv/south/shop", "/srv/south/shop"):
        assert page.count(">(project north/shop)<") == 1
        assert page.count(">(project south/shop)<") == 2
    for page in pages("/srv/north/shop", "/srv/north/shop"):
        assert "(project " not in page


@pytest.mark.parametrize(
    ("projects", "shown"),
    [
        (["/a/shop", "/a/pay"], ["shop", "pay"]),
        (["/a/shop", "/b/shop", "/b/pay"], ["a/shop", "b/shop", "b/pay"]),
        (["/shop", "/b/shop"], ["/shop", "b/shop"]),
        (["/a/shop", ""], []),
        (["/a/shop"], []),
    ],
)
def test_as_little_of_a_path_as_tells_them_apart(projects: list[str], shown: list[str]) -> None:
    briefs = [ONE.model_copy(update={"id": str(n), "project": project}) for n, project in enumerate(projects)]
    assert list(projects_apart(briefs).values()) == shown
