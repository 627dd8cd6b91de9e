"""Tickets of ServiceNow and Jira, asked over HTTP: what each system documents, and what else may come."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from orchestrator.adapters.checks.http_get import HttpGet
from orchestrator.adapters.ssh.on_target import network
from orchestrator.adapters.tickets import HttpTickets
from orchestrator.domain.authority.change_ticket import (
    ChangeTicket,
    TicketDeed,
    TicketDraft,
    TicketLook,
    TicketPlace,
    TicketReceipt,
    TicketSilence,
    TicketState,
)
from orchestrator.domain.plan.planned_ticket import TicketSystem
from orchestrator.policy.authority.ticket_text import ticket_lines
from tests.worlds.ticket_server import TicketServer, ticket_server
from tests.worlds.ticket_systems import Jira, Served, ServiceNow, serving

NOW = datetime(2026, 11, 29, 1, 30, tzinfo=UTC)
PLAN = "ab" * 32
LINES = f"Please approve.\n{ticket_lines(PLAN, ['web2', 'web1'])}"
NUMBERS: dict[TicketSystem, str] = {"servicenow": "CHG0030001", "jira": "OPS-123"}
PATHS: dict[TicketSystem, str] = {
    "servicenow": "/api/now/table/change_request",
    "jira": "/rest/api/3/issue/OPS-123",
}


def record(**fields: str) -> dict[str, Any]:
    usual = {
        "number": "CHG0030001",
        "state": "-2",
        "approval": "approved",
        "start_date": "2026-11-29 01:00:00",
        "end_date": "2026-11-29 03:00:00",
        "description": LINES,
    }
    return {"result": [{**usual, **fields}]}


def issue(status: str = "Awaiting implementation", category: str = "indeterminate") -> dict[str, Any]:
    lines = [
        {"type": "paragraph", "content": [{"type": "text", "text": line}]} for line in LINES.splitlines()
    ]
    return {
        "key": "OPS-123",
        "names": {"customfield_10050": "Planned start", "customfield_10051": "Planned end"},
        "fields": {
            "status": {"name": status, "statusCategory": {"key": category}},
            "description": {"type": "doc", "version": 1, "content": lines},
            "customfield_10050": "2026-11-29T02:00:00.000+0100",
            "customfield_10051": "2026-11-29T04:00:00.000+0100",
        },
    }


DOCUMENTS: dict[TicketSystem, dict[str, Any]] = {"servicenow": record(), "jira": issue()}
SYSTEMS = pytest.mark.parametrize("system", DOCUMENTS)


@pytest.fixture
def server() -> Iterator[TicketServer]:
    with ticket_server() as state:
        yield state


def look(server: TicketServer, system: TicketSystem, document: Any, bearer: str | None = None) -> TicketLook:
    server.documents[PATHS[system]] = document
    place = TicketPlace(system, server.url, NUMBERS[system], bearer=bearer)
    return HttpTickets(HttpGet(network.get_http).send).look(place, NOW)


@SYSTEMS
def test_a_ticket_is_read(system: TicketSystem, server: TicketServer) -> None:
    assert look(server, system, DOCUMENTS[system]).answer == ChangeTicket(
        system=system,
        number=NUMBERS[system],
        state="approved",
        seen=NOW,
        effective=PLAN,
        machines=("web1", "web2"),
        starts=datetime(2026, 11, 29, 1, tzinfo=UTC),
        ends=datetime(2026, 11, 29, 3, tzinfo=UTC),
    )
    assert len(server.asked) == 1


STATES: list[tuple[str, str, TicketState]] = [
    ("-5", "approved", "draft"),
    ("-4", "approved", "waiting"),
    ("-3", "requested", "waiting"),
    ("-2", "requested", "waiting"),
    ("-2", "not requested", "waiting"),
    ("-2", "rejected", "rejected"),
    ("-1", "approved", "under way"),
    ("-1", "requested", "waiting"),
    ("0", "approved", "closed"),
    ("3", "approved", "closed"),
    ("4", "approved", "cancelled"),
]


@pytest.mark.parametrize(("state", "approval", "expected"), STATES)
def test_servicenow_approves_by_state_and_approval(
    state: str, approval: str, expected: TicketState, server: TicketServer
) -> None:
    answer = look(server, "servicenow", record(state=state, approval=approval)).answer
    assert isinstance(answer, ChangeTicket)
    assert answer.state == expected


STATUSES: list[tuple[str, str, TicketState]] = [
    ("Awaiting implementation", "indeterminate", "approved"),
    ("Implementing", "indeterminate", "under way"),
    ("In Progress", "indeterminate", "waiting"),
    ("Awaiting approval", "indeterminate", "waiting"),
    ("To Do", "new", "draft"),
    ("Declined", "done", "rejected"),
    ("Canceled", "done", "cancelled"),
    ("Completed", "done", "closed"),
    ("Approved", "done", "closed"),
]


@pytest.mark.parametrize(("status", "category", "expected"), STATUSES)
def test_jira_approves_by_the_statuses_of_a_change_only(
    status: str, category: str, expected: TicketState, server: TicketServer
) -> None:
    answer = look(server, "jira", issue(status, category)).answer
    assert isinstance(answer, ChangeTicket)
    assert answer.state == expected


SILENT: list[tuple[int, TicketSilence]] = [
    (401, "refused"),
    (403, "refused"),
    (404, "missing"),
    (429, "unreachable"),
    (500, "unreachable"),
    (503, "unreachable"),
    (202, "nonsense"),
]


@SYSTEMS
@pytest.mark.parametrize(("status", "silence"), SILENT)
def test_no_other_status_is_an_answer(
    system: TicketSystem, status: int, silence: TicketSilence, server: TicketServer
) -> None:
    server.status = status
    assert look(server, system, DOCUMENTS[system]) == TicketLook(silence, f"status {status}")


NONSENSE: list[Any] = [
    "<html>",
    "",
    "[" * 100_000,
    [],
    {},
    7,
    {"result": 7, "fields": 7},
    {"result": [7], "fields": {"status": 7}},
    {"result": [{}], "fields": {}},
]


@SYSTEMS
@pytest.mark.parametrize("document", NONSENSE, ids=range(len(NONSENSE)))
def test_an_answer_in_another_form_is_nonsense(
    system: TicketSystem, document: Any, server: TicketServer
) -> None:
    assert look(server, system, document).answer == "nonsense"


BAD_FIELDS = [
    {"state": "9"},
    {"start_date": "tomorrow"},
    {"number": "../x"},
    {"description": None},
]


@pytest.mark.parametrize("fields", BAD_FIELDS)
def test_a_field_in_another_form_is_nonsense(fields: dict[str, Any], server: TicketServer) -> None:
    assert look(server, "servicenow", record(**fields)).answer == "nonsense"


def test_servicenow_answers_with_no_record_for_a_missing_ticket(server: TicketServer) -> None:
    assert look(server, "servicenow", {"result": []}).answer == "missing"
    assert look(server, "servicenow", {"result": record()["result"] * 2}).answer == "nonsense"


def test_an_absent_window_and_description_are_no_nonsense(server: TicketServer) -> None:
    bare = issue()
    bare["fields"]["description"] = None
    bare["names"]["customfield_9"] = "Planned end"
    del bare["fields"]["customfield_10050"]
    answer = look(server, "jira", bare).answer
    assert isinstance(answer, ChangeTicket)
    assert (answer.effective, answer.machines, answer.starts, answer.ends) == (None, (), None, None)


@SYSTEMS
def test_credentials_do_not_follow_a_redirection(
    system: TicketSystem, server: TicketServer, tmp_path: Path
) -> None:
    token = tmp_path / "token"
    token.write_text("s3cret\n")
    token.chmod(0o600)
    with ticket_server() as elsewhere:
        server.status, server.location = 302, f"{elsewhere.url}{PATHS[system]}"
        assert look(server, system, DOCUMENTS[system], bearer=str(token)).answer == "nonsense"
        assert elsewhere.asked == []
    assert server.asked[0][1] == "Bearer s3cret"


def test_nothing_that_listens_is_unreachable(tmp_path: Path) -> None:
    tickets = HttpTickets(HttpGet(network.get_http).send)
    assert tickets.look(TicketPlace("jira", "http://127.0.0.1:9", "OPS-1"), NOW).answer == "unreachable"
    absent = TicketPlace("jira", "http://127.0.0.1:9", "OPS-1", bearer=str(tmp_path / "absent"))
    assert tickets.look(absent, NOW).answer == "unreachable"


# What is written


def deliver(served: Served, system: TicketSystem, number: str, result: str = "successful") -> TicketDeed:
    marker = "orch deployment d ended"
    receipt = TicketReceipt.model_validate({"marker": marker, "result": result, "text": f"{marker}\n"})
    return systems().deliver(TicketPlace(system, served.url, number), receipt)


def systems() -> HttpTickets:
    return HttpTickets(HttpGet(network.get_http).send)


DRAFT = TicketDraft(
    correlation=f"orch-{PLAN}", summary="Release", description=LINES, backout="By playbook.\n"
)


def approved_change(served: Served, system: TicketSystem) -> str:
    number = systems().open(TicketPlace(system, served.url, project="OPS"), DRAFT).number
    served.world.approve(number, NOW, NOW.replace(hour=9))
    return number


def test_servicenow_is_closed_over_the_states_of_its_model_with_code_and_notes() -> None:
    world = ServiceNow()
    with serving(world) as served:
        number = approved_change(served, "servicenow")
        assert deliver(served, "servicenow", number, "unsuccessful").did == "closed"
    record = world.of(number)
    assert (record["state"], record["close_code"]) == ("3", "unsuccessful")
    assert record["close_notes"] == "orch deployment d ended\n"
    assert [method for method, _ in served.asked].count("PATCH") == 3


def test_servicenow_is_noted_where_a_rule_of_the_house_stops_a_state() -> None:
    world = ServiceNow()
    with serving(world) as served:
        number = approved_change(served, "servicenow")
        world.stuck = True
        assert deliver(served, "servicenow", number).did == "noted"
        assert deliver(served, "servicenow", number).did == "noted"
    assert (world.of(number)["state"], world.of(number)["close_code"]) == ("-2", "")
    assert world.results_told(number) == ["orch deployment d ended\nClose code: successful\n"]


JIRA_ENDS: list[tuple[str, str, str]] = [
    ("successful", "closed", "Completed"),
    ("successful_issues", "closed", "Completed"),
    ("unsuccessful", "closed", "Failed"),
]


@pytest.mark.parametrize(("result", "did", "status"), JIRA_ENDS)
def test_jira_is_led_to_the_status_that_says_the_result(result: str, did: str, status: str) -> None:
    world = Jira()
    with serving(world) as served:
        number = approved_change(served, "jira")
        assert deliver(served, "jira", number, result).did == did
    assert world.issues[number]["status"]["name"] == status


def test_jira_is_never_closed_as_something_else() -> None:
    """A workflow whose only ends are Completed and Canceled says nothing of a deployment that failed."""
    world = Jira()
    world.next["Implementing"] = ("Completed", "Canceled")
    with serving(world) as served:
        number = approved_change(served, "jira")
        assert deliver(served, "jira", number, "unsuccessful").did == "noted"
    assert world.issues[number]["status"]["name"] == "Implementing"
    assert world.results_told(number) == ["orch deployment d ended\nClose code: unsuccessful"]


def test_a_workflow_that_leads_nowhere_is_given_up() -> None:
    world = Jira()
    world.next["Implementing"] = ("Implementing",)
    with serving(world) as served:
        number = approved_change(served, "jira")
        assert deliver(served, "jira", number).did == "noted"


@pytest.mark.parametrize("system", ["servicenow", "jira"])
def test_a_deed_whose_answer_is_lost_is_done_once(system: TicketSystem) -> None:
    world = ServiceNow() if system == "servicenow" else Jira()
    with serving(world) as served:
        place = TicketPlace(system, served.url, project="OPS")
        served.lose = 1
        assert systems().open(place, DRAFT).trouble == "unreachable"
        number = systems().open(place, DRAFT).number
        served.world.approve(number, NOW, NOW.replace(hour=9))
        for lost in range(1, 4):
            served.lose = 1
            deed = deliver(served, system, number)
            assert deed.trouble == "unreachable" or lost > 1
        assert deliver(served, system, number).did == "closed"
    assert len(world.results_told(number)) == 1
    assert len(world.records if isinstance(world, ServiceNow) else world.issues) == 1


BAD_NUMBERS = ["../x", "CHG1/2", "OPS-1?x", "", 7, None]


@SYSTEMS
@pytest.mark.parametrize("number", BAD_NUMBERS)
def test_a_number_that_would_change_an_address_is_nonsense(
    system: TicketSystem, number: Any, server: TicketServer
) -> None:
    search = {"servicenow": "/api/now/table/change_request", "jira": "/rest/api/3/search/jql"}[system]
    server.documents[search] = {"result": [{"number": number}], "issues": [{"key": number}]}
    deed = systems().open(TicketPlace(system, server.url, project="OPS"), DRAFT)
    assert (deed.did, deed.trouble) == (None, "nonsense")


def test_a_record_id_that_would_change_an_address_is_nonsense(server: TicketServer) -> None:
    server.documents["/api/now/table/change_request"] = {
        "result": [{"sys_id": "../../user", "state": "-5", "close_notes": ""}]
    }
    place = TicketPlace("servicenow", server.url, "CHG1")
    assert systems().update(place, DRAFT).trouble == "nonsense"
    assert len(server.asked) == 1, "nothing was sent anywhere"


@SYSTEMS
def test_several_open_changes_of_one_plan_are_trouble(system: TicketSystem, server: TicketServer) -> None:
    search = {"servicenow": "/api/now/table/change_request", "jira": "/rest/api/3/search/jql"}[system]
    two = [{"number": "CHG1", "key": "OPS-1"}, {"number": "CHG2", "key": "OPS-2"}]
    server.documents[search] = {"result": two, "issues": two}
    assert systems().open(TicketPlace(system, server.url, project="OPS"), DRAFT).trouble == "several"
