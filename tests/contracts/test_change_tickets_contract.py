"""Every source of change tickets: the fake, ServiceNow and Jira over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest

from orchestrator.adapters.checks.http_get import HttpGet
from orchestrator.adapters.ssh.on_target import network
from orchestrator.adapters.tickets import HttpTickets
from orchestrator.domain.authority.change_ticket import ChangeTicket, TicketPlace
from orchestrator.engine.ticket_ports import ChangeTickets
from tests.fakes.tickets import FakeTickets
from tests.worlds.ticket_server import ticket_server

NOW = datetime(2026, 11, 29, 1, 30, tzinfo=UTC)
RECORD = {"number": "CHG1", "state": "-4", "approval": "requested", "start_date": "", "end_date": ""}
ISSUE = {"status": {"name": "Review", "statusCategory": {"key": "indeterminate"}}, "description": None}
DOCUMENTS: dict[str, Any] = {
    "/api/now/table/change_request": {"result": [{**RECORD, "description": ""}]},
    "/rest/api/3/issue/OPS-1": {"key": "OPS-1", "names": {}, "fields": ISSUE},
}


class Source(NamedTuple):
    """A source with the place of a ticket that waits, and a place where nothing is."""

    tickets: ChangeTickets
    there: TicketPlace
    silent: TicketPlace


@pytest.fixture(params=["fake", "servicenow", "jira"])
def source(request: pytest.FixtureRequest) -> Iterator[Source]:
    if request.param == "fake":
        fake = FakeTickets()
        fake.tickets["CHG1"] = ChangeTicket(system="servicenow", number="CHG1", state="waiting", seen=NOW)
        place = TicketPlace("servicenow", "https://x", "CHG1")
        yield Source(fake, place, place._replace(number="CHG2"))
        return
    with ticket_server() as server:
        server.documents = DOCUMENTS
        number = "CHG1" if request.param == "servicenow" else "OPS-1"
        place = TicketPlace(request.param, server.url, number)
        yield Source(HttpTickets(HttpGet(network.get_http)), place, place._replace(url=f"{server.url}/other"))


def test_a_ticket_is_of_the_moment_at_which_it_was_seen(source: Source) -> None:
    answer = source.tickets.look(source.there, NOW).answer
    assert answer == ChangeTicket(
        system=source.there.system, number=source.there.number, state="waiting", seen=NOW
    )


def test_a_ticket_that_there_is_not_is_a_silence(source: Source) -> None:
    assert source.tickets.look(source.silent, NOW).answer == "missing"
