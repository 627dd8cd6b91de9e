"""The port of change tickets. Its docstring is its contract."""

from abc import ABC, abstractmethod
from datetime import datetime

from orchestrator.domain.authority.change_ticket import TicketLook, TicketPlace


class ChangeTickets(ABC):
    """A system in which a house approves its changes; it is asked, and nothing in it is changed."""

    @abstractmethod
    def look(self, place: TicketPlace, now: datetime) -> TicketLook:
        """The ticket as its system answers at this moment, asked once.

        Raises nothing: no answer, a refusal, no such ticket and an answer in another form are silences. A redirection is
        not followed, so that credentials stay with the system. `place.number` is a `TicketNumber`.
        """


class NoTickets(ChangeTickets):
    """No ticket system can be asked here: every look says so."""

    def look(self, place: TicketPlace, now: datetime) -> TicketLook:
        """See the port."""
        return TicketLook("unreachable", "no ticket system is wired")
