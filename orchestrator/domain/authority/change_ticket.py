"""The change ticket: what a ticket system answers about a change, and what a deployment needs it to say."""

from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from orchestrator.domain.plan.change_request import ChangeType
from orchestrator.domain.plan.planned_ticket import USUAL_TYPE, TicketNumber, TicketSystem
from orchestrator.domain.text.model_base import HostName, Many, Moment, Noun, Sha256, Text

TicketState = Literal["draft", "waiting", "approved", "under way", "rejected", "cancelled", "closed"]
"""The states of both systems in one vocabulary. `under way`: approved, and the work has begun (ServiceNow's Implement)."""


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


PATIENCE = 10.0
"""Seconds in which the whole answer to one request has come."""


class TicketPlace(NamedTuple):
    """Where a ticket is asked for. `url` is that of the system, without the path of its API; no `number` where none is known.

    Files are absolute: `basic_auth` holds `user:password`, `bearer` a token, `ca_file` the authorities of the certificate.
    `project` and `issue_type` are those of what is opened in Jira. `patience`: seconds for each request.
    """

    system: TicketSystem
    url: str
    number: str = ""
    basic_auth: str | None = None
    bearer: str | None = None
    ca_file: str | None = None
    project: str | None = None
    issue_type: str = USUAL_TYPE
    patience: float = PATIENCE


class TicketLook(NamedTuple):
    """The ticket, or why there is none; `detail` says more in words and holds no credentials."""

    answer: ChangeTicket | TicketSilence
    detail: str = ""


class TicketDraft(Noun):
    """What a change says when it is opened or updated. `correlation` names the effective plan, so that it is opened once.

    `description` names digest and machines in its first lines. `starts` and `ends` are the planned window, where there is one.
    """

    correlation: Annotated[str, Field(pattern=r"^orch-[0-9a-f]{64}$")]
    summary: Text
    description: Text
    change: ChangeType = "normal"
    justification: str = ""
    implementation: str = ""
    risks: str = ""
    backout: str = ""
    tests: str = ""
    starts: Moment | None = None
    ends: Moment | None = None


TicketResult = Literal["successful", "successful_issues", "unsuccessful"]
"""How a change ended, in the words of ServiceNow's `close_code`."""


class TicketReceipt(Noun):
    """What a ticket says of the end of its deployment. `marker` is a line of `text` that no other end has."""

    marker: Text
    result: TicketResult
    text: Text


TicketDid = Literal["opened", "found", "none", "updated", "closed", "noted"]
"""What became of a deed: `found` was there already, `none` is not there; `noted`: told the result, and not closed."""
TicketTrouble = Literal[TicketSilence, "not a draft", "several", "vaulted"]
"""Why nothing was done: the system's silence, a change that is no draft any more, several with one correlation, or vaulted
values of the plan that are not known, so that it cannot be said without them."""


class TicketDeed(NamedTuple):
    """What was done in a ticket system, with the number of the ticket; or the trouble. `detail` holds no credentials."""

    did: TicketDid | None = None
    number: str = ""
    trouble: TicketTrouble | None = None
    detail: str = ""
