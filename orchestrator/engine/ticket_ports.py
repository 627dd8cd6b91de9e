"""The port of change tickets. Its docstring is its contract."""

from abc import ABC, abstractmethod
from datetime import datetime

from orchestrator.domain.authority.change_ticket import (
    TicketDeed,
    TicketDraft,
    TicketLook,
    TicketPlace,
    TicketReceipt,
)


class ChangeTickets(ABC):
    """A system in which a house approves its changes: asked, opened and told the end. orch never approves one.

    Nothing is raised: no answer, a refusal, no such ticket and an answer in another form are silences. A redirection is not
    followed, so that credentials stay with the system. `place.number` is a `TicketNumber` where a method needs one. What was
    done may be asked for again, and is then not done twice.
    """

    @abstractmethod
    def look(self, place: TicketPlace, now: datetime) -> TicketLook:
        """The ticket as its system answers at this moment, asked once."""

    @abstractmethod
    def find(self, place: TicketPlace, correlation: str) -> TicketDeed:
        """The open change with this correlation: `found`, or `none`. Trouble where there are several."""

    @abstractmethod
    def open(self, place: TicketPlace, draft: TicketDraft) -> TicketDeed:
        """Open a change as a draft, unless one with its correlation is open: `opened`, or `found`."""

    @abstractmethod
    def update(self, place: TicketPlace, draft: TicketDraft) -> TicketDeed:
        """Let a change say this, correlation included: `updated`. Trouble where it is no draft any more."""

    @abstractmethod
    def deliver(self, place: TicketPlace, receipt: TicketReceipt) -> TicketDeed:
        """Tell a change how its deployment ended: `closed` with the result where that is possible, else `noted` on it."""


class NoTickets(ChangeTickets):
    """No ticket system can be asked here: every answer says so."""

    def look(self, place: TicketPlace, now: datetime) -> TicketLook:
        """See the port."""
        return TicketLook("unreachable", _NONE)

    def find(self, place: TicketPlace, correlation: str) -> TicketDeed:
        """See the port."""
        return TicketDeed(trouble="unreachable", detail=_NONE)

    def open(self, place: TicketPlace, draft: TicketDraft) -> TicketDeed:
        """See the port."""
        return TicketDeed(trouble="unreachable", detail=_NONE)

    def update(self, place: TicketPlace, draft: TicketDraft) -> TicketDeed:
        """See the port."""
        return TicketDeed(trouble="unreachable", detail=_NONE)

    def deliver(self, place: TicketPlace, receipt: TicketReceipt) -> TicketDeed:
        """See the port."""
        return TicketDeed(trouble="unreachable", detail=_NONE)


_NONE = "no ticket system is wired"
