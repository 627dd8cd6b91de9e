"""Every ticket system: the fake, ServiceNow and Jira over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Protocol

import pytest

from orchestrator.adapters.checks.http_get import HttpGet
from orchestrator.adapters.ssh.on_target import network
from orchestrator.adapters.tickets import HttpTickets
from orchestrator.domain.authority.change_ticket import (
    ChangeTicket,
    TicketDeed,
    TicketDraft,
    TicketPlace,
    TicketReceipt,
)
from orchestrator.engine.ticket_ports import ChangeTickets
from orchestrator.policy.authority.ticket_text import ticket_lines
from tests.fakes.tickets import FakeTickets
from tests.worlds.ticket_systems import Jira, ServiceNow, serving

NOW = datetime(2026, 11, 29, 1, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
PLAN, OTHER = "ab" * 32, "cd" * 32


class Life(Protocol):
    """What goes on in the system."""

    def approve(self, number: str, starts: datetime, ends: datetime) -> None: ...
    def cancel(self, number: str) -> None: ...
    def results_told(self, number: str) -> list[str]: ...


class Source(NamedTuple):
    """A system with what people do there, the place where it is, and one where nothing is."""

    tickets: ChangeTickets
    life: Life
    place: TicketPlace
    nowhere: TicketPlace

    def at(self, number: str) -> TicketPlace:
        return self.place._replace(number=number)


@pytest.fixture(params=["fake", "servicenow", "jira"])
def source(request: pytest.FixtureRequest) -> Iterator[Source]:
    if request.param == "fake":
        fake = FakeTickets()
        place = TicketPlace("servicenow", "https://x")
        yield Source(fake, fake, place, place._replace(number="CHG2"))
        return
    life = ServiceNow() if request.param == "servicenow" else Jira()
    with serving(life) as served:
        tickets = HttpTickets(HttpGet(network.get_http).send)
        place = TicketPlace(request.param, served.url, project="OPS")
        number = "CHG2" if request.param == "servicenow" else "OPS-2"
        yield Source(tickets, life, place, place._replace(number=number))


def draft(plan: str = PLAN, starts: datetime | None = None) -> TicketDraft:
    description = ticket_lines(plan, ["web2", "web1"]) + "Purpose: Sell plums.\n"
    return TicketDraft(
        correlation=f"orch-{plan}",
        summary="Release shop",
        description=description,
        backout="By playbook.\n",
        starts=starts,
        ends=starts + HOUR if starts is not None else None,
    )


def receipt(when: str = "now", result: str = "successful") -> TicketReceipt:
    marker = f"orch deployment shop-1 ended {when}"
    return TicketReceipt.model_validate(
        {"marker": marker, "result": result, "text": f"{marker}\nHosts: 2 verified\n"}
    )


def opened(source: Source, plan: str = PLAN) -> str:
    return source.tickets.open(source.place, draft(plan)).number


def seen(source: Source, number: str) -> ChangeTicket:
    answer = source.tickets.look(source.at(number), NOW).answer
    assert isinstance(answer, ChangeTicket), answer
    return answer


def test_a_change_is_opened_as_a_draft_that_says_what_it_is_for(source: Source) -> None:
    deed = source.tickets.open(source.place, draft(starts=NOW))
    assert deed == TicketDeed("opened", deed.number)
    assert seen(source, deed.number) == ChangeTicket(
        system=source.place.system,
        number=deed.number,
        state="draft",
        seen=NOW,
        effective=PLAN,
        machines=("web1", "web2"),
        starts=NOW,
        ends=NOW + HOUR,
    )


def test_a_change_is_opened_once(source: Source) -> None:
    assert source.tickets.find(source.place, draft().correlation) == TicketDeed("none")
    number = opened(source)
    assert source.tickets.open(source.place, draft()) == TicketDeed("found", number)
    assert source.tickets.find(source.place, draft().correlation) == TicketDeed("found", number)
    assert opened(source, OTHER) != number


def test_what_is_over_is_not_opened_again_but_anew(source: Source) -> None:
    number = opened(source)
    source.life.cancel(number)
    assert source.tickets.open(source.place, draft()).did == "opened"


def test_a_draft_is_updated_and_found_by_what_it_says_now(source: Source) -> None:
    number = opened(source)
    assert source.tickets.update(source.at(number), draft(OTHER)) == TicketDeed("updated", number)
    assert seen(source, number).effective == OTHER
    assert source.tickets.find(source.place, draft().correlation) == TicketDeed("none")
    assert source.tickets.find(source.place, draft(OTHER).correlation) == TicketDeed("found", number)


def test_what_people_approved_is_not_changed(source: Source) -> None:
    number = opened(source)
    source.life.approve(number, NOW, NOW + HOUR)
    assert source.tickets.update(source.at(number), draft(OTHER)).trouble == "not a draft"
    assert seen(source, number).effective == PLAN


def test_an_approved_change_is_closed_with_its_result(source: Source) -> None:
    number = opened(source)
    source.life.approve(number, NOW, NOW + HOUR)
    assert seen(source, number).state == "approved"
    assert source.tickets.deliver(source.at(number), receipt()) == TicketDeed("closed", number)
    assert seen(source, number).state == "closed"
    [text] = source.life.results_told(number)
    assert text.startswith(receipt().text.strip())


def test_a_change_is_told_once_however_often_it_is_delivered(source: Source) -> None:
    number = opened(source)
    source.life.approve(number, NOW, NOW + HOUR)
    first = source.tickets.deliver(source.at(number), receipt())
    assert source.tickets.deliver(source.at(number), receipt()) == first
    assert len(source.life.results_told(number)) == 1


def test_another_end_of_a_closed_change_is_noted_on_it(source: Source) -> None:
    number = opened(source)
    source.life.approve(number, NOW, NOW + HOUR)
    source.tickets.deliver(source.at(number), receipt())
    later = receipt("later", "unsuccessful")
    for _ in range(2):
        assert source.tickets.deliver(source.at(number), later) == TicketDeed("noted", number)
    assert len(source.life.results_told(number)) == 2


def test_a_cancelled_change_is_noted_and_stays_cancelled(source: Source) -> None:
    number = opened(source)
    source.life.cancel(number)
    for _ in range(2):
        assert source.tickets.deliver(source.at(number), receipt(result="unsuccessful")).did == "noted"
    assert len(source.life.results_told(number)) == 1
    assert seen(source, number).state == "cancelled"


def test_a_ticket_that_there_is_not_is_a_silence(source: Source) -> None:
    assert source.tickets.look(source.nowhere, NOW).answer == "missing"
    assert source.tickets.update(source.nowhere, draft()).trouble == "missing"
    assert source.tickets.deliver(source.nowhere, receipt()).trouble == "missing"
