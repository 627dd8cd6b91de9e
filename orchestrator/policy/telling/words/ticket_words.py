"""What a change ticket lacks, and what was done in its system, in words with the next move: made here only, from the codes."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from orchestrator.domain.authority.change_ticket import ChangeTicket, TicketLack, TicketTrouble
from orchestrator.domain.plan.planned_ticket import USUAL_TYPE, PlannedTicket, TicketSystem

SYSTEM_NAMES: Mapping[TicketSystem, str] = {"servicenow": "ServiceNow", "jira": "Jira"}


class LackWords(NamedTuple):
    """What was found, and the next move."""

    finding: str
    move: str


LACK_WORDS: Mapping[TicketLack, LackWords] = {
    "ticket.not_opened": LackWords(
        "no change was opened for this effective plan", "open one: orch change open PLAN"
    ),
    "ticket.unreachable": LackWords("the ticket system gives no answer", "ask again later"),
    "ticket.refused": LackWords(
        "the ticket system refuses these credentials", "give others, or the right to read the ticket"
    ),
    "ticket.missing": LackWords("the ticket system has no such ticket", "look at its number"),
    "ticket.nonsense": LackWords(
        "the answer is not in the form that the system documents", "look at the URL and at the system"
    ),
    "ticket.other_system": LackWords("the ticket is of another system", "name a ticket of this one"),
    "ticket.other_number": LackWords(
        "the answer is about another ticket", "look at the URL and at the system"
    ),
    "ticket.stale": LackWords("the answer is too old", "ask again, and look at the clock of this machine"),
    "ticket.draft": LackWords("the ticket is a draft", "submit it for approval"),
    "ticket.waiting": LackWords("the ticket waits for its approval", "let it be approved"),
    "ticket.rejected": LackWords("the ticket was rejected", "let a change be approved"),
    "ticket.cancelled": LackWords("the ticket was cancelled", "let a change be approved"),
    "ticket.closed": LackWords(
        "the ticket is closed", "let another change be approved: what is over carries nothing"
    ),
    "ticket.no_digest": LackWords(
        "the ticket names no effective plan", "put the lines of `orch change text PLAN` into it, once"
    ),
    "ticket.other_digest": LackWords(
        "the ticket was approved for another effective plan", "let this one be approved"
    ),
    "ticket.other_machines": LackWords("the ticket names other machines", "let these be approved"),
    "ticket.no_window": LackWords("the ticket has no planned start and end", "let both be filled in"),
    "ticket.too_early": LackWords("the planned window of the ticket has not begun", "start in that window"),
    "ticket.too_late": LackWords(
        "the planned window of the ticket is over", "let another window be approved"
    ),
}
TROUBLE_WORDS: Mapping[TicketTrouble, str] = {
    "unreachable": "the ticket system gives no answer",
    "refused": "the ticket system refuses these credentials",
    "missing": "the ticket system has no such ticket",
    "nonsense": "the answer is not in the form that the system documents",
    "not a draft": "the change is no draft any more, so what people saw when they approved it stays",
    "several": "several changes are open for this effective plan",
    "vaulted": "the vaulted values of the plan are not known, so nothing of it is sent",
}


def lack_line(lack: TicketLack) -> str:
    """The finding and the next move on one line."""
    words = LACK_WORDS[lack]
    return f"{words.finding}; {words.move}"


def lacks_words(lacks: Iterable[TicketLack]) -> str:
    """Findings, such as `the ticket was cancelled (ticket.cancelled)`."""
    return "; ".join(f"{LACK_WORDS[lack].finding} ({lack})" for lack in lacks)


def ticket_line(ticket: ChangeTicket) -> str:
    """The ticket in one line: its number, state, window and how many machines it names."""
    window = f"{_moment(ticket.starts)} to {_moment(ticket.ends)}"
    return f"{ticket.number}: {ticket.state}; planned {window}; machines named: {len(ticket.machines)}"


def planned_words(ticket: PlannedTicket) -> tuple[str, ...]:
    """The ticket of a plan, for those who read the plan."""
    which = ticket.number or "the change that is opened for this effective plan (orch change open PLAN)"
    where = f"{SYSTEM_NAMES[ticket.system]} at {ticket.url}"
    project = ticket.project
    new = (
        (f"opened in project {project} as {ticket.issue_type or USUAL_TYPE}",) if project is not None else ()
    )
    asked = "asked before the first host is touched and before each later wave; it fills no role of approval"
    return (f"{which} in {where}", *new, asked)


def _moment(moment: datetime | None) -> str:
    return "?" if moment is None else f"{moment:%Y-%m-%d %H:%M %Z}"
