"""A ticket system that a test owns: its tickets by number, what they were told, and what was asked."""

from collections.abc import Callable
from datetime import datetime

from orchestrator.domain.authority.change_ticket import (
    ChangeTicket,
    TicketDeed,
    TicketDraft,
    TicketLook,
    TicketPlace,
    TicketReceipt,
    TicketSilence,
)
from orchestrator.engine.ticket_ports import ChangeTickets
from orchestrator.policy.authority.ticket_text import ticket_subject
from tests.fakes.clock import START

OVER = ("closed", "cancelled", "rejected")


class FakeTickets(ChangeTickets):
    """Holds no ticket until the test adds one, or one is opened; `silence` is what it says instead of any answer.

    `lost_answers`: so many deeds are done, and their answers do not arrive. `refuse_opening`: whoever asks may not open one.
    `before_deliver` is called before a change is told anything, and `tries` are all receipts that were to be told.
    """

    def __init__(self) -> None:
        self.tickets: dict[str, ChangeTicket] = {}
        self.drafts: dict[str, TicketDraft] = {}
        self.receipts: dict[str, list[TicketReceipt]] = {}
        self.silence: TicketSilence | None = None
        self.lost_answers = 0
        self.refuse_opening = False
        self.before_deliver: Callable[[], None] = lambda: None
        self.asked: list[TicketPlace] = []
        self.tries: list[TicketReceipt] = []

    def look(self, place: TicketPlace, now: datetime) -> TicketLook:
        """See the port."""
        self.asked.append(place)
        if self.silence is not None:
            return TicketLook(self.silence, "scripted")
        ticket = self.tickets.get(place.number)
        return TicketLook("missing" if ticket is None else ticket.model_copy(update={"seen": now}))

    def find(self, place: TicketPlace, correlation: str) -> TicketDeed:
        """See the port."""
        if self.silence is not None:
            return TicketDeed(trouble=self.silence, detail="scripted")
        numbers = [
            number
            for number, draft in self.drafts.items()
            if draft.correlation == correlation and self.tickets[number].state not in OVER
        ]
        return TicketDeed("found", numbers[0]) if numbers else TicketDeed("none")

    def open(self, place: TicketPlace, draft: TicketDraft) -> TicketDeed:
        """See the port."""
        known = self.find(place, draft.correlation)
        if known.did != "none":
            return known
        if self.refuse_opening:
            return TicketDeed(trouble="refused", detail="scripted")
        number = (
            f"CHG{len(self.tickets) + 1:07}"
            if place.system == "servicenow"
            else f"OPS-{len(self.tickets) + 1}"
        )
        self.tickets[number] = ChangeTicket(system=place.system, number=number, state="draft", seen=START)
        self._say(number, draft)
        return self._answered(TicketDeed("opened", number))

    def update(self, place: TicketPlace, draft: TicketDraft) -> TicketDeed:
        """See the port."""
        if self.silence is not None:
            return TicketDeed(number=place.number, trouble=self.silence, detail="scripted")
        ticket = self.tickets.get(place.number)
        if ticket is None or ticket.state != "draft":
            return TicketDeed(number=place.number, trouble="not a draft" if ticket else "missing")
        self._say(place.number, draft)
        return self._answered(TicketDeed("updated", place.number))

    def deliver(self, place: TicketPlace, receipt: TicketReceipt) -> TicketDeed:
        """See the port."""
        self.tries.append(receipt)
        self.before_deliver()
        if self.silence is not None:
            return TicketDeed(number=place.number, trouble=self.silence, detail="scripted")
        ticket = self.tickets.get(place.number)
        if ticket is None:
            return TicketDeed(number=place.number, trouble="missing")
        receipts = self.receipts.setdefault(place.number, [])
        known = [each for each in receipts if each.marker == receipt.marker]
        if known:
            return TicketDeed(
                "closed" if known[0] is receipts[0] and ticket.state == "closed" else "noted", place.number
            )
        receipts.append(receipt)
        closes = ticket.state in ("approved", "under way")
        if closes:
            self.tickets[place.number] = ticket.model_copy(update={"state": "closed"})
        return self._answered(TicketDeed("closed" if closes else "noted", place.number))

    def approve(self, number: str, starts: datetime, ends: datetime) -> None:
        """What people do in the ticket system: the change is approved for this window."""
        approved = {"state": "approved", "starts": starts, "ends": ends}
        self.tickets[number] = self.tickets[number].model_copy(update=approved)

    def cancel(self, number: str) -> None:
        """What people do in the ticket system: the change is cancelled."""
        self.tickets[number] = self.tickets[number].model_copy(update={"state": "cancelled"})

    def be_silent(self) -> None:
        """From now on there is no answer."""
        self.silence = "unreachable"

    def results_told(self, number: str) -> list[str]:
        """What the change was told of the ends of its deployments."""
        return [receipt.text for receipt in self.receipts.get(number, [])]

    def _say(self, number: str, draft: TicketDraft) -> None:
        subject = ticket_subject(draft.description)
        fields = {**subject._asdict(), "starts": draft.starts, "ends": draft.ends}
        self.tickets[number] = self.tickets[number].model_copy(update=fields)
        self.drafts[number] = draft

    def _answered(self, deed: TicketDeed) -> TicketDeed:
        if not self.lost_answers:
            return deed
        self.lost_answers -= 1
        return TicketDeed(number=deed.number, trouble="unreachable", detail="the answer was lost")
