"""A ticket system that a test owns: its tickets by number, and what was asked."""

from datetime import datetime

from orchestrator.domain.authority.change_ticket import ChangeTicket, TicketLook, TicketPlace, TicketSilence
from orchestrator.engine.ticket_ports import ChangeTickets


class FakeTickets(ChangeTickets):
    """Holds no ticket until the test adds one; `silence` is what it says instead of any answer."""

    def __init__(self) -> None:
        self.tickets: dict[str, ChangeTicket] = {}
        self.silence: TicketSilence | None = None
        self.asked: list[TicketPlace] = []

    def look(self, place: TicketPlace, now: datetime) -> TicketLook:
        """See the port."""
        self.asked.append(place)
        if self.silence is not None:
            return TicketLook(self.silence, "scripted")
        ticket = self.tickets.get(place.number)
        return TicketLook("missing" if ticket is None else ticket.model_copy(update={"seen": now}))
