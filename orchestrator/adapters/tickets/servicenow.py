"""ServiceNow: a record of `change_request` over the Table API (GET /api/now/table/change_request)."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from orchestrator.domain.authority.change_ticket import ChangeTicket, TicketPlace, TicketSilence, TicketState
from orchestrator.policy.authority.ticket_text import ticket_subject

_FIELDS = "number,state,approval,start_date,end_date,description"
_STATES: dict[str, TicketState] = {
    "-5": "draft",
    "-4": "waiting",
    "-3": "waiting",
    "-2": "approved",
    "-1": "under way",
    "0": "closed",
    "3": "closed",
    "4": "cancelled",
}
"""The choices of `state` as they are shipped: New, Assess, Authorize, Scheduled, Implement, Review, Closed, Canceled."""


def address_of(place: TicketPlace) -> str:
    """Where the record of this number is; stored values, which do not depend on language and time zone of the user."""
    words = {
        "sysparm_query": f"number={place.number}",
        "sysparm_fields": _FIELDS,
        "sysparm_display_value": "false",
        "sysparm_limit": "2",
    }
    return f"{place.url.rstrip('/')}/api/now/table/change_request?{urlencode(words)}"


def ticket_of(document: Any, place: TicketPlace, now: datetime) -> ChangeTicket | TicketSilence:
    """The only record of the answer. Raises ValueError, TypeError or LookupError for another form."""
    records = document["result"]
    if not isinstance(records, list) or len(records) > 1:
        return "nonsense"
    if not records:
        return "missing"
    record = records[0]
    subject = ticket_subject(record["description"])
    return ChangeTicket(
        system="servicenow",
        number=record["number"],
        state=_state(record),
        seen=now,
        effective=subject.effective,
        machines=subject.machines,
        starts=_moment(record["start_date"]),
        ends=_moment(record["end_date"]),
    )


def _state(record: dict[str, str]) -> TicketState:
    """What state and approval say together: one that is scheduled without its approval waits."""
    state = _STATES[record["state"]]
    if state in {"closed", "cancelled"}:
        return state
    if record["approval"] == "rejected":
        return "rejected"
    return state if state == "draft" or record["approval"] == "approved" else "waiting"


def _moment(text: str) -> datetime | None:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC) if text else None
