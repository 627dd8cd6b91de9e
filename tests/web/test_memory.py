"""A server that has been asked before answers as one that has just begun, whatever was appended or came due meanwhile."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from orchestrator.domain.journal import events as e
from orchestrator.engine.lookup.derived_values import DerivedValues
from orchestrator.engine.lookup.remembered_journal import RememberedJournal
from orchestrator.engine.lookup.snapshots import survey
from orchestrator.engine.ports import Ports
from orchestrator.errors import StoreFault
from tests.fakes.clock import FakeClock
from tests.fakes.journal import FakeJournal
from tests.fakes.plans import FakePlans
from tests.fakes.playbooks import FakePlaybooks
from tests.fakes.targets import FakeTargets
from tests.histories import planned, ready_to_deploy
from tests.journals.corpus import recorded
from tests.worlds.ports import ports_over
from tests.worlds.served import OpenDoors, access, served

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
PATHS = (
    "/",
    "/deployments",
    "/deployments/app-1",
    "/reports",
    "/reports/capability",
    "/reviews",
    "/cmdb",
    "/calendar",
    "/api/v1/measures",
    "/api/v1/schedule",
    "/api/v1/cmdb/items",
)


def browser(ports: Ports) -> TestClient:
    doors = OpenDoors(access("deployment manager", "change manager", "administrator"))
    return TestClient(served(ports, doors), base_url="http://orch.test")


def shown(client: TestClient) -> dict[str, str]:
    answers = {path: client.get(path) for path in PATHS}
    return {path: f"{answer.status_code} {answer.text}" for path, answer in answers.items()}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_page_is_as_that_of_a_server_that_has_just_begun() -> None:
    clock = FakeClock(NOW)
    journal = FakeJournal(clock)
    plain = ports_over(clock, FakePlans(), FakePlaybooks(clock.now), FakeTargets(), journal=journal)
    long_lived = browser(replace(plain, journal=RememberedJournal(journal)))
    steps: list[tuple[str, e.Event]] = [("app-1", event) for event in ready_to_deploy(("web1", "web2"))]
    steps[3:3] = [("app-2", planned()), ("app-2", e.DeploymentCancelled(by="ann", reason="not now"))]
    steps += [("backed-out", record.event) for record in recorded("pilot_backed_out")]
    steps += [("backed-out", e.PostReviewOpened(by="ann")), ("backed-out", action_due(clock))]
    for number, (name, event) in enumerate(steps):
        journal.append(name, len(journal.read(name)), [event])
        if number % 25 == 6 or number == len(steps) - 1:
            assert shown(long_lived) == shown(browser(plain)), (name, event.kind)
    clock.sleep(40 * 86400)
    after = shown(long_lived)
    assert after == shown(browser(plain))
    assert re.search("overdue", after["/reviews"])


def action_due(clock: FakeClock) -> e.Event:
    return e.ActionAgreed(what="Watch the queue.", owner="Bo", due=clock.now().replace(month=12), by="ann")


def test_a_value_is_made_again_for_an_event_and_for_a_moment_and_never_of_a_fault() -> None:
    clock = FakeClock(NOW)
    journal, made = FakeJournal(clock), list[int]()
    journal.append("app-1", 0, [planned()])
    faulty = [True]

    def make(_journal: object, d: object, now: datetime) -> int:
        if faulty:
            faulty.pop()
            raise StoreFault("away")
        made.append(len(made))
        return made[-1]

    values = DerivedValues[int](make, lambda d, now: NOW.replace(hour=13) if now.hour < 13 else None)

    def look() -> int | StoreFault:
        [(_, value)] = values.of(journal, survey(journal).briefs, clock.now())
        return value

    assert isinstance(look(), StoreFault)
    assert [look(), look()] == [0, 0]
    clock.sleep(3600)
    assert [look(), look()] == [1, 1]
    journal.append("app-1", 1, [e.DeploymentCancelled(by="ann", reason="not now")])
    assert [look(), look()] == [2, 2]
