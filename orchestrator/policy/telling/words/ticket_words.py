"""What a change ticket lacks, in words with the next move: made here only, from the codes."""

from collections.abc import Mapping
from datetime import datetime

from orchestrator.domain.authority.change_ticket import ChangeTicket, TicketLack

LACK_WORDS: Mapping[TicketLack, str] = {
    "ticket.not_opened": "no change was opened; open one in the ticket system",
    "ticket.unreachable": "the ticket system gives no answer; ask again later",
    "ticket.refused": "the ticket system refuses these credentials; give others, or the right to read the ticket",
    "ticket.missing": "the ticket system has no such ticket; look at its number",
    "ticket.nonsense": "the answer is not in the form that the system documents; look at the URL and at the system",
    "ticket.other_system": "the ticket is of another system",
    "ticket.other_number": "the answer is about another ticket",
    "ticket.stale": "the answer is too old; ask again, and look at the clock of this machine",
    "ticket.draft": "the ticket is a draft; submit it for approval",
    "ticket.waiting": "the ticket waits for its approval",
    "ticket.rejected": "the ticket was rejected",
    "ticket.cancelled": "the ticket was cancelled",
    "ticket.closed": "the ticket is closed; a change that is over carries nothing",
    "ticket.no_digest": "the ticket names no effective plan; put the lines of `orch change text PLAN` into it, once",
    "ticket.other_digest": "the ticket was approved for another effective plan; let this one be approved",
    "ticket.other_machines": "the ticket names other machines; let these be approved",
    "ticket.no_window": "the ticket has no planned start and end",
    "ticket.too_early": "the planned window of the ticket has not begun",
    "ticket.too_late": "the planned window of the ticket is over",
}


def ticket_line(ticket: ChangeTicket) -> str:
    """The ticket in one line: its number, state, window and how many machines it names."""
    window = f"{_moment(ticket.starts)} to {_moment(ticket.ends)}"
    return f"{ticket.number}: {ticket.state}; planned {window}; machines named: {len(ticket.machines)}"


def _moment(moment: datetime | None) -> str:
    return "?" if moment is None else f"{moment:%Y-%m-%d %H:%M %Z}"
