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
    TicketLook,
    TicketPlace,
    TicketSilence,
    TicketState,
)
from orchestrator.domain.plan.planned_ticket import TicketSystem
from orchestrator.policy.authority.ticket_text import ticket_lines
from tests.worlds.ticket_server import TicketServer, ticket_server

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
