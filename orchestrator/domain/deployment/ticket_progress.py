"""What the change ticket of a deployment said, and whether it was told how the deployment ended."""

from datetime import datetime
from typing import TypeGuard, get_args

from orchestrator.domain.journal import events as e
from orchestrator.domain.text.model_base import Moment, Noun


class TicketProgress(Noun):
    """`seen` is the last answer that decided something, at `seen_at`; `number` that of the last ticket that was named.

    `owed`: why the end could not be delivered, since the last try that said something new; `delivered`: that it was.
    """

    number: str | None = None
    seen: e.TicketSeen | None = None
    seen_at: Moment | None = None
    owed: e.DeliveryOwed | None = None
    delivered: e.Delivered | None = None
    delivered_at: Moment | None = None


TicketEvent = e.TicketSeen | e.DeliveryOwed | e.Delivered | e.BackoutBegan
CHANGED_BY = frozenset(get_args(TicketEvent))


def ticket_after(ticket: TicketProgress, event: e.Event, at: datetime) -> TicketProgress:
    """The ticket after one more event."""
    return _changed(ticket, event, at) if _changes(event) else ticket


def _changes(event: e.Event) -> TypeGuard[TicketEvent]:
    return type(event) in CHANGED_BY


def _changed(ticket: TicketProgress, event: TicketEvent, at: datetime) -> TicketProgress:
    match event:
        case e.TicketSeen():
            return TicketProgress.updated(
                ticket, seen=event, seen_at=at, number=event.number or ticket.number
            )
        case e.DeliveryOwed():
            return TicketProgress.updated(ticket, owed=event)
        case e.Delivered():
            return TicketProgress.updated(ticket, owed=None, delivered=event, delivered_at=at)
        case e.BackoutBegan():
            # What was said of the end is of one that does not stand, so the next is owed anew; a backout is seen for itself.
            return TicketProgress.updated(
                ticket, seen=None, seen_at=None, owed=None, delivered=None, delivered_at=None
            )
