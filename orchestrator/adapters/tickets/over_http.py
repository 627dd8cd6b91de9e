"""Ticket systems over HTTP: each deed is one of the module of its system, and whatever goes wrong is a silence."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from orchestrator.adapters.tickets import jira, servicenow
from orchestrator.adapters.tickets.wire import Send, SilentSystem, Wire
from orchestrator.domain.authority.change_ticket import (
    ChangeTicket,
    TicketDeed,
    TicketDraft,
    TicketLook,
    TicketPlace,
    TicketReceipt,
    TicketSilence,
)
from orchestrator.domain.plan.planned_ticket import TicketSystem
from orchestrator.engine.ticket_ports import ChangeTickets

_OTHER_FORM = (ValueError, TypeError, LookupError, AttributeError, RecursionError)
"""What reading a document raises that is not in the documented form."""
_NONSENSE = "the answer is not in the documented form"


class _System(NamedTuple):
    look: Callable[[Wire, datetime], ChangeTicket | TicketSilence]
    find: Callable[[Wire, str], TicketDeed]
    open: Callable[[Wire, TicketDraft], TicketDeed]
    update: Callable[[Wire, TicketDraft], TicketDeed]
    deliver: Callable[[Wire, TicketReceipt], TicketDeed]


_SYSTEMS: dict[TicketSystem, _System] = {
    "servicenow": _System(
        servicenow.look, servicenow.find, servicenow.open_change, servicenow.update, servicenow.deliver
    ),
    "jira": _System(jira.look, jira.find, jira.open_change, jira.update, jira.deliver),
}


class HttpTickets(ChangeTickets):
    """Tickets of ServiceNow and Jira; `send` sends one request."""

    def __init__(self, send: Send) -> None:
        self._send = send

    def look(self, place: TicketPlace, now: datetime) -> TicketLook:
        """See the port."""
        try:
            return TicketLook(_SYSTEMS[place.system].look(Wire(self._send, place), now))
        except SilentSystem as silent:
            return TicketLook(silent.silence, silent.detail)
        except _OTHER_FORM:
            return TicketLook("nonsense", _NONSENSE)

    def find(self, place: TicketPlace, correlation: str) -> TicketDeed:
        """See the port."""
        return self._done(place, lambda system, wire: system.find(wire, correlation))

    def open(self, place: TicketPlace, draft: TicketDraft) -> TicketDeed:
        """See the port."""

        def opened(system: _System, wire: Wire) -> TicketDeed:
            known = system.find(wire, draft.correlation)
            return known if known.did != "none" else system.open(wire, draft)

        return self._done(place, opened)

    def update(self, place: TicketPlace, draft: TicketDraft) -> TicketDeed:
        """See the port."""
        return self._done(place, lambda system, wire: system.update(wire, draft))

    def deliver(self, place: TicketPlace, receipt: TicketReceipt) -> TicketDeed:
        """See the port."""
        return self._done(place, lambda system, wire: system.deliver(wire, receipt))

    def _done(self, place: TicketPlace, deed: Callable[[_System, Wire], TicketDeed]) -> TicketDeed:
        try:
            return deed(_SYSTEMS[place.system], Wire(self._send, place))
        except SilentSystem as silent:
            return TicketDeed(None, place.number, silent.silence, silent.detail)
        except _OTHER_FORM:
            return TicketDeed(None, place.number, "nonsense", _NONSENSE)
