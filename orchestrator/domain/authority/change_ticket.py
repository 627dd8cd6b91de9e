"""The change ticket: what a ticket system answers about a change, and what a deployment needs it to say."""

from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from orchestrator.domain.text.model_base import HostName, Many, Moment, Noun, Sha256

TicketSystem = Literal["servicenow", "jira"]
TicketState = Literal["draft", "waiting", "approved", "under way", "rejected", "cancelled", "closed"]
"""The states of both systems in one vocabulary. `under way`: approved, and the work has begun (ServiceNow's Implement)."""
TICKET_NUMBER = r"^[A-Z][A-Z0-9_]{0,30}-?[0-9]{1,18}$"
TicketNumber = Annotated[str, Field(pattern=TICKET_NUMBER)]
"""`CHG0030001` of ServiceNow, `OPS-123` of Jira. It goes into addresses, so nothing else is let through."""


class ChangeTicket(Noun):
    """A ticket as its system answers at the moment `seen`, validated. It is no signed word and fills no role.

    `effective` and `machines` are what the change was opened or last updated for; absent where a person wrote the ticket
    by hand and it names none. `starts` and `ends`: the planned window of the change.
    """

    system: TicketSystem
    number: TicketNumber
    state: TicketState
    seen: Moment
    effective: Sha256 | None = None
    machines: Many[HostName] = ()
    starts: Moment | None = None
    ends: Moment | None = None


class TicketNeed(Noun):
    """What a deployment needs of its ticket: the system, the number if there is one, its digest and its machines."""

    system: TicketSystem
    effective: Sha256
    machines: Annotated[Many[HostName], Field(min_length=1)]
    number: TicketNumber | None = None


TicketSilence = Literal["unreachable", "refused", "missing", "nonsense"]
"""Why there is no answer: no connection or 5xx; 401 or 403; 404; an answer that is not in the documented form."""
TicketLack = Literal[
    "ticket.not_opened",
    "ticket.unreachable",
    "ticket.refused",
    "ticket.missing",
    "ticket.nonsense",
    "ticket.other_system",
    "ticket.other_number",
    "ticket.stale",
    "ticket.draft",
    "ticket.waiting",
    "ticket.rejected",
    "ticket.cancelled",
    "ticket.closed",
    "ticket.no_digest",
    "ticket.other_digest",
    "ticket.other_machines",
    "ticket.no_window",
    "ticket.too_early",
    "ticket.too_late",
]
"""What keeps a ticket from carrying a step, in the order in which lacks are named."""


class TicketPlace(NamedTuple):
    """Where a ticket is asked for. `url` is that of the system, without the path of its API.

    Files are absolute: `basic_auth` holds `user:password`, `bearer` a token, `ca_file` the authorities of the certificate.
    """

    system: TicketSystem
    url: str
    number: str
    basic_auth: str | None = None
    bearer: str | None = None
    ca_file: str | None = None


class TicketLook(NamedTuple):
    """The ticket, or why there is none; `detail` says more in words and holds no credentials."""

    answer: ChangeTicket | TicketSilence
    detail: str = ""
