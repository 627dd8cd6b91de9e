"""No vaulted value goes to a ticket system, and none comes back from it."""

from __future__ import annotations

from orchestrator.domain.authority.change_ticket import TicketDraft, TicketPlace, TicketReceipt
from orchestrator.domain.plan.inspection import Vaulted, VaultedValue
from orchestrator.engine.redacted_tickets import RedactedTickets
from orchestrator.engine.redaction import Redaction
from orchestrator.policy.authority.ticket_text import ticket_lines
from tests.fakes.clock import START
from tests.fakes.tickets import FakeTickets

PLACE = TicketPlace("servicenow", "https://tickets.example.org")
SECRET = "h0rse-battery"
DRAFT = TicketDraft(
    correlation=f"orch-{'ab' * 32}",
    summary=f"Release with {SECRET}",
    description=ticket_lines("ab" * 32, ["h1"]) + f"Purpose: {SECRET}\n",
    backout=f"with {SECRET}",
)
RECEIPT = TicketReceipt(marker="orch deployment d ended", result="successful", text=f"ended {SECRET}\n")


def test_a_draft_and_a_receipt_go_without_vaulted_values() -> None:
    systems, redaction = FakeTickets(), Redaction()
    redaction.learn(Vaulted(values=(VaultedValue(file="vault.yml", name="password", value=SECRET),)))
    tickets = RedactedTickets(systems, redaction)
    number = tickets.open(PLACE, DRAFT).number
    assert SECRET not in repr(systems.drafts)
    assert systems.tickets[number].effective == "ab" * 32
    tickets.update(PLACE._replace(number=number), DRAFT)
    assert SECRET not in repr(systems.drafts)
    systems.approve(number, START, START)
    assert tickets.deliver(PLACE._replace(number=number), RECEIPT).did == "closed"
    assert SECRET not in repr(systems.receipts)


def test_a_draft_is_not_sent_while_the_values_are_not_known() -> None:
    systems, redaction = FakeTickets(), Redaction()
    redaction.ask(lambda: Vaulted(unknown="the vault has no password"))
    tickets = RedactedTickets(systems, redaction)
    deed = tickets.open(PLACE, DRAFT)
    assert (deed.trouble, systems.tickets) == ("vaulted", {})
    assert "the vault has no password" in deed.detail


def test_a_receipt_is_told_although_the_vault_is_closed() -> None:
    systems, redaction = FakeTickets(), Redaction()
    number = systems.open(PLACE, DRAFT).number
    redaction.ask(lambda: Vaulted(unknown="the vault has no password"))
    assert RedactedTickets(systems, redaction).deliver(PLACE._replace(number=number), RECEIPT).did == "noted"
