"""The port of change tickets that lets no vaulted value out, and none of what a system answers in."""

from datetime import datetime

from orchestrator.domain.authority.change_ticket import (
    TicketDeed,
    TicketDraft,
    TicketLook,
    TicketPlace,
    TicketReceipt,
)
from orchestrator.domain.text.redaction import Redactor
from orchestrator.engine.redaction import Redaction
from orchestrator.engine.ticket_ports import ChangeTickets

_TEXTS = ("summary", "description", "justification", "implementation", "risks", "backout", "tests")


class RedactedTickets(ChangeTickets):
    """Systems, asked as ever. A draft is of a plan whose values must be known; a receipt holds facts of the record alone."""

    def __init__(self, systems: ChangeTickets, redaction: Redaction) -> None:
        self._systems, self._redaction = systems, redaction

    def look(self, place: TicketPlace, now: datetime) -> TicketLook:
        """See the port."""
        look = self._systems.look(place, now)
        return look._replace(detail=self._redaction.shown(look.detail))

    def find(self, place: TicketPlace, correlation: str) -> TicketDeed:
        """See the port."""
        return self._shown(self._systems.find(place, correlation))

    def open(self, place: TicketPlace, draft: TicketDraft) -> TicketDeed:
        """See the port."""
        missing = self._redaction.missing()
        if missing is not None:
            return TicketDeed(trouble="vaulted", detail=missing)
        return self._shown(self._systems.open(place, _without_values(self._redaction.redactor, draft)))

    def update(self, place: TicketPlace, draft: TicketDraft) -> TicketDeed:
        """See the port."""
        missing = self._redaction.missing()
        if missing is not None:
            return TicketDeed(trouble="vaulted", detail=missing)
        return self._shown(self._systems.update(place, _without_values(self._redaction.redactor, draft)))

    def deliver(self, place: TicketPlace, receipt: TicketReceipt) -> TicketDeed:
        """See the port."""
        shown = self._redaction.shown
        safe = receipt.model_copy(update={"marker": shown(receipt.marker), "text": shown(receipt.text)})
        return self._shown(self._systems.deliver(place, safe))

    def _shown(self, deed: TicketDeed) -> TicketDeed:
        return deed._replace(detail=self._redaction.shown(deed.detail))


def _without_values(redact: Redactor, draft: TicketDraft) -> TicketDraft:
    return (
        draft.model_copy(update={name: redact(getattr(draft, name)) for name in _TEXTS}) if redact else draft
    )
