"""What is begun over the API: by a right at that place, once for each key, with every reason against it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from orchestrator.domain.authority.access import Access
from orchestrator.domain.journal import events as e
from orchestrator.engine.ports import Ports
from orchestrator.errors import Fault, PlanFault
from tests.fakes.clock import FakeClock
from tests.fakes.drivers import FakeDrivers
from tests.fakes.journal import FakeJournal
from tests.fakes.plans import FakePlans
from tests.fakes.playbooks import FakePlaybooks
from tests.fakes.repeats import FakeRepeats
from tests.fakes.targets import FakeTargets
from tests.histories import ready_to_deploy
from tests.worlds.plans import plan_of, plan_tree, prepared, targets_named
from tests.worlds.ports import ports_over
from tests.worlds.served import CSRF, OpenDoors, access, served

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
DEPLOYMENTS, SCHEDULE = "/api/v1/deployments", "/api/v1/schedule"
PLAN = {"plan": "shop/plans/app.yml"}
LATER = {**PLAN, "at": "2026-11-30T20:00:00Z"}


class Plans(FakePlans):
    """Sound plans, and one whose file has faults."""

    def load(self, file: Path, project: Path | None = None) -> Any:
        if file.name == "broken.yml":
            raise PlanFault([Fault(str(file), 3, "waves", "a list", "3", "write a list")])
        return super().load(file, project)


class Office:
    """A service with one project, and whom it lets drive."""

    def __init__(self, folder: Path) -> None:
        self.project = folder / "shop"
        (self.project / "plans").mkdir(parents=True)
        for name in ("app.yml", "broken.yml"):
            (self.project / "plans" / name).write_text("orch: 1\n")
        ready = prepared(plan_of(plan_tree()), targets_named("web1", "web2"))
        clock = FakeClock(NOW)
        place = {"plan_file": "plans/app.yml", "project": str(self.project)}
        self.plans = plans = Plans(lambda: ready.model_copy(update=place))
        self.ready = ready
        ports = ports_over(clock, plans, FakePlaybooks(clock.now), FakeTargets(), journal=FakeJournal(clock))
        self.ports: Ports = ports.__class__(**{**vars(ports), "repeats": FakeRepeats()})
        self.drivers = FakeDrivers(lambda deployment, by: None)

    def client(self, who: Access) -> TestClient:
        app = served(self.ports, OpenDoors(who), drivers=self.drivers, projects=(self.project,))
        return TestClient(app, base_url="http://orch.test", headers={"x-orch-csrf": CSRF})

    @property
    def names(self) -> list[str]:
        return self.ports.journal.deployments()


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


@pytest.mark.parametrize(
    ("role", "starts", "schedules"),
    [
        ("viewer", 403, 403),
        ("practitioner", 201, 403),
        ("deployment manager", 201, 201),
        ("change manager", 403, 201),
        ("service owner", 403, 403),
        ("administrator", 403, 403),
    ],
)
def test_who_begins_what(office: Office, role: str, starts: int, schedules: int) -> None:
    ask = office.client(access(role))
    assert ask.post(SCHEDULE, json=LATER).status_code == schedules
    for name in office.names:
        ended = e.DeploymentCancelled(by="ann", reason="not now")
        office.ports.journal.append(name, len(office.ports.journal.read(name)), [ended])
    before = len(office.names)
    assert ask.post(DEPLOYMENTS, json=PLAN).status_code == starts
    assert len(office.names) - before == (starts == 201)


def test_a_role_elsewhere_knows_of_no_plan_here(office: Office) -> None:
    ask = office.client(access("practitioner", environment="elsewhere"))
    assert ask.post(DEPLOYMENTS, json=PLAN).status_code == 404
    assert ask.get("/api/v1/plans").json()["items"] == []
    assert ask.post("/api/v1/plan-checks", json=PLAN).status_code == 404


def test_what_is_begun_is_driven_and_done_once(office: Office) -> None:
    ask = office.client(access("practitioner"))
    first, second = (ask.post(DEPLOYMENTS, json=PLAN, headers={"idempotency-key": "one"}) for _ in range(2))
    assert first.json() == second.json()
    assert second.headers["idempotency-replayed"] == "true"
    assert office.names == [first.json()["deployment"]] == office.drivers.begun
    again = ask.post(DEPLOYMENTS, json=PLAN)
    assert (again.status_code, again.json()["code"]) == (409, "conflict")


def test_plans_are_listed_with_their_faults(office: Office) -> None:
    items = office.client(access("viewer")).get("/api/v1/plans").json()["items"]
    assert [(item["plan"], bool(item["faults"])) for item in items] == [
        ("shop/plans/app.yml", False),
        ("shop/plans/broken.yml", True),
    ]
    assert items[1]["faults"][0].startswith("shop/plans/broken.yml:3 waves: expected a list")


def test_a_faulty_plan_is_checked_and_not_begun(office: Office) -> None:
    ask, broken = office.client(access("practitioner")), {"plan": "shop/plans/broken.yml"}
    checked = ask.post("/api/v1/plan-checks", json=broken).json()["answer"]
    assert (checked["ok"], checked["faults"][0]["file"]) == (False, "shop/plans/broken.yml")
    answer = ask.post(DEPLOYMENTS, json=broken)
    assert (answer.status_code, answer.json()["code"]) == (422, "plan_fault")
    assert office.names == []


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (DEPLOYMENTS, {"plan": "/etc/passwd"}),
        (DEPLOYMENTS, {"plan": "plans"}),
        (DEPLOYMENTS, {**PLAN, "project": "/etc"}),
        (DEPLOYMENTS, {**PLAN, "approved_by": {"": "Bo"}}),
        (SCHEDULE, PLAN),
        (SCHEDULE, {**PLAN, "at": "tomorrow"}),
        (SCHEDULE, {**LATER, "zone": "Atlantis"}),
        ("/api/v1/plan-previews", {**PLAN, "zone": "Atlantis"}),
    ],
)
def test_a_body_of_another_form_is_a_problem_with_its_faults(
    office: Office, path: str, body: dict[str, Any]
) -> None:
    answer = office.client(access("deployment manager")).post(path, json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "faults")
    assert answer.json()["faults"]


@pytest.mark.parametrize(
    "plan", ["shop/../../etc/passwd", "shop/plans/../plans/app.yml", "other/plans/app.yml"]
)
def test_no_path_leads_out_of_what_is_known(office: Office, plan: str) -> None:
    assert office.client(access("practitioner")).post(DEPLOYMENTS, json={"plan": plan}).status_code == 404


def test_a_plan_of_a_project_inside_of_the_known_one_is_not_begun(office: Office) -> None:
    """Its own keys would count, and not those by which it was judged who may begin it."""
    inside = {"plan_file": "plans/app.yml", "project": str(office.project / "plans")}
    office.plans.usual = lambda: office.ready.model_copy(update=inside)
    answer = office.client(access("practitioner")).post(DEPLOYMENTS, json=PLAN)
    assert (answer.status_code, answer.json()["code"], office.names) == (409, "refused", [])


def test_a_start_in_the_past_is_refused_with_the_reason(office: Office) -> None:
    answer = office.client(access("deployment manager")).post(
        SCHEDULE, json={**PLAN, "at": "2026-11-30T08:00:00Z"}
    )
    assert (answer.status_code, office.names) == (409, [])


def test_a_backout_is_found_out_by_the_service_and_taken_as_no_event(office: Office) -> None:
    office.ports.journal.append("app-9.0", 0, ready_to_deploy())
    ask = office.client(access("practitioner"))
    event = {"kind": "backout_began", "hosts": ["web1"], "by": "Ann", "reason": "because"}
    taken = ask.post(f"{DEPLOYMENTS}/app-9.0/words", json={"event": event})
    assert (taken.status_code, "backouts" in taken.json()["detail"]) == (409, True)
    answer = ask.post(f"{DEPLOYMENTS}/app-9.0/backouts", json={"reason": "because"})
    assert (answer.status_code, "touched no host" in answer.json()["detail"]) == (409, True)
    changed = ask.post(
        f"{DEPLOYMENTS}/app-9.0/backouts", json={"reason": "because"}, headers={"if-match": '"1"'}
    )
    assert changed.status_code == 412
    assert (
        office.client(access("viewer"))
        .post(f"{DEPLOYMENTS}/app-9.0/backouts", json={"reason": "because"})
        .status_code
        == 403
    )
