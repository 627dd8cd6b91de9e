"""Whether a change ticket lets a deployment go on: approved, for this digest, for these machines, now."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from orchestrator.domain.authority.change_ticket import (
    ChangeTicket,
    TicketLack,
    TicketNeed,
    TicketSilence,
    TicketState,
)

TicketStep = Literal["start", "wave", "backout"]
TicketVerdict = Literal["go on", "not admitted", "hold"]

FRESH = timedelta(minutes=5)
"""An answer counts for this long, and for no longer in front of a wave: the change may have been cancelled meanwhile."""
SILENCES: dict[TicketSilence, TicketLack] = {
    "unreachable": "ticket.unreachable",
    "refused": "ticket.refused",
    "missing": "ticket.missing",
    "nonsense": "ticket.nonsense",
}
STATES: dict[TicketState, TicketLack | None] = {
    "draft": "ticket.draft",
    "waiting": "ticket.waiting",
    "approved": None,
    "under way": None,
    "rejected": "ticket.rejected",
    "cancelled": "ticket.cancelled",
    "closed": "ticket.closed",
}


@dataclass(frozen=True, slots=True)
class TicketAnswer:
    """`lacks` is each reason why the ticket does not carry the step, in the order of `TicketLack`; empty where it does."""

    verdict: TicketVerdict
    lacks: tuple[TicketLack, ...] = ()


def by_ticket(
    need: TicketNeed, answer: ChangeTicket | TicketSilence | None, step: TicketStep, now: datetime
) -> TicketAnswer:
    """The verdict for a step; `answer` is None where no change was opened.

    A lack refuses the start and holds a wave. A backout is never blocked: hosts are brought back whatever a ticket says, and
    the lacks are named nevertheless, for the record.
    """
    lacks = tuple(_lacks(need, answer, now))
    if not lacks or step == "backout":
        return TicketAnswer("go on", lacks)
    return TicketAnswer("not admitted" if step == "start" else "hold", lacks)


def _lacks(
    need: TicketNeed, answer: ChangeTicket | TicketSilence | None, now: datetime
) -> Iterator[TicketLack]:
    if answer is None:
        yield "ticket.not_opened"
    elif isinstance(answer, str):
        yield SILENCES[answer]
    elif answer.system != need.system:
        yield "ticket.other_system"
    elif need.number is not None and answer.number != need.number:
        yield "ticket.other_number"
    else:
        yield from _of_the_ticket(need, answer, now)


def _of_the_ticket(need: TicketNeed, ticket: ChangeTicket, now: datetime) -> Iterator[TicketLack]:
    # An answer from the future is of a clock that was set back: its age is unknown.
    if not timedelta(0) <= now - ticket.seen <= FRESH:
        yield "ticket.stale"
    if (state := STATES[ticket.state]) is not None:
        yield state
    yield from _subject(need, ticket)
    yield from _times(ticket, now)


def _subject(need: TicketNeed, ticket: ChangeTicket) -> Iterator[TicketLack]:
    if ticket.effective is None:
        yield "ticket.no_digest"
    elif ticket.effective != need.effective:
        yield "ticket.other_digest"
    # Fewer machines than were approved are other machines too: order and risk of the change were judged for all of them.
    if set(ticket.machines) != set(need.machines):
        yield "ticket.other_machines"


def _times(ticket: ChangeTicket, now: datetime) -> Iterator[TicketLack]:
    if ticket.starts is None or ticket.ends is None or ticket.ends <= ticket.starts:
        yield "ticket.no_window"
    elif now < ticket.starts:
        yield "ticket.too_early"
    elif now >= ticket.ends:
        yield "ticket.too_late"
