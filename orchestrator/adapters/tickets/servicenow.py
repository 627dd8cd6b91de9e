"""ServiceNow: a record of `change_request` over the Table API (/api/now/table/change_request)."""

import re
from datetime import UTC, datetime

from orchestrator.adapters.tickets.wire import Wire
from orchestrator.domain.authority.change_ticket import (
    ChangeTicket,
    TicketDeed,
    TicketDraft,
    TicketReceipt,
    TicketSilence,
    TicketState,
)
from orchestrator.domain.plan.planned_ticket import TICKET_NUMBER
from orchestrator.policy.authority.ticket_text import ticket_subject

TABLE = "/api/now/table/change_request"
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
NEW, SCHEDULED, IMPLEMENT, REVIEW, CLOSED = "-5", "-2", "-1", "0", "3"
_WAY: dict[str, tuple[str, ...]] = {
    SCHEDULED: (IMPLEMENT, REVIEW, CLOSED),
    IMPLEMENT: (REVIEW, CLOSED),
    REVIEW: (CLOSED,),
}
"""The states that the shipped state model has between an approved change and its end; it lets none be left out."""
_SYS_ID = re.compile(r"[0-9a-f]{32}")


def look(wire: Wire, now: datetime) -> ChangeTicket | TicketSilence:
    """The only record with the number. Raises ValueError, TypeError or LookupError for another form."""
    records = _records(wire, f"number={wire.place.number}", _FIELDS)
    if len(records) != 1:
        return "nonsense" if records else "missing"
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


def find(wire: Wire, correlation: str) -> TicketDeed:
    """The active change with this correlation: one that is closed or cancelled carries nothing any more."""
    records = _records(wire, f"correlation_id={correlation}^active=true", "number")
    if len(records) > 1:
        return TicketDeed(trouble="several")
    return TicketDeed("found", _number(records[0])) if records else TicketDeed("none")


def open_change(wire: Wire, draft: TicketDraft) -> TicketDeed:
    """Create a record in state New, as the Table API does where no state is given."""
    return TicketDeed("opened", _number(wire.tell("POST", TABLE, _draft_fields(draft))["result"]))


def update(wire: Wire, draft: TicketDraft) -> TicketDeed:
    """Change the record while it is New."""
    record = _only(wire, "sys_id,state")
    if record is None:
        return TicketDeed(number=wire.place.number, trouble="missing")
    if record["state"] != NEW:
        return TicketDeed(number=wire.place.number, trouble="not a draft")
    wire.tell("PATCH", _path(record), _draft_fields(draft))
    return TicketDeed("updated", wire.place.number)


def deliver(wire: Wire, receipt: TicketReceipt) -> TicketDeed:
    """Close the change by way of Implement and Review, with close code and notes; else add a work note."""
    record = _only(wire, "sys_id,state,close_notes")
    if record is None:
        return TicketDeed(number=wire.place.number, trouble="missing")
    if record["state"] == CLOSED and receipt.marker in record["close_notes"]:
        return TicketDeed("closed", wire.place.number)
    way = _WAY.get(record["state"], ())
    if way and all(_moved(wire, record, state, receipt) for state in way):
        return TicketDeed("closed", wire.place.number)
    return _noted(wire, record, receipt)


def _moved(wire: Wire, record: dict[str, str], state: str, receipt: TicketReceipt) -> bool:
    """Whether the record took the state: a rule of the house may stop it, and then it answers with the old one."""
    fields = {"state": state}
    if state == CLOSED:
        fields |= {"close_code": receipt.result, "close_notes": receipt.text}
    return bool(wire.tell("PATCH", _path(record), fields)["result"]["state"] == state)


def _noted(wire: Wire, record: dict[str, str], receipt: TicketReceipt) -> TicketDeed:
    # Work notes are a journal field: only their display value holds what was written before.
    shown = wire.ask(_path(record), sysparm_fields="work_notes", sysparm_display_value="true")
    if receipt.marker not in shown["result"]["work_notes"]:
        wire.tell("PATCH", _path(record), {"work_notes": f"{receipt.text}Close code: {receipt.result}\n"})
    return TicketDeed("noted", wire.place.number)


def _records(wire: Wire, query: str, fields: str) -> list[dict[str, str]]:
    """Up to two records; stored values, which do not depend on language and time zone of the user."""
    document = wire.ask(
        TABLE,
        sysparm_query=query,
        sysparm_fields=fields,
        sysparm_display_value="false",
        sysparm_limit="2",
    )
    records = document["result"]
    if not isinstance(records, list):
        raise TypeError("no list of records")
    return records


def _only(wire: Wire, fields: str) -> dict[str, str] | None:
    records = _records(wire, f"number={wire.place.number}", fields)
    if len(records) > 1:
        raise ValueError("several records with one number")
    return records[0] if records else None


def _path(record: dict[str, str]) -> str:
    """The address of a record; its id is an answer of the system, so no other form goes into it."""
    if not _SYS_ID.fullmatch(record["sys_id"]):
        raise ValueError("no sys_id")
    return f"{TABLE}/{record['sys_id']}"


def _number(record: dict[str, str]) -> str:
    if not re.fullmatch(TICKET_NUMBER, record["number"]):
        raise ValueError("no number")
    return record["number"]


def _draft_fields(draft: TicketDraft) -> dict[str, str]:
    return {
        "short_description": draft.summary,
        "description": draft.description,
        "type": draft.change,
        "justification": draft.justification,
        "implementation_plan": draft.implementation,
        "risk_impact_analysis": draft.risks,
        "backout_plan": draft.backout,
        "test_plan": draft.tests,
        "start_date": _stored(draft.starts),
        "end_date": _stored(draft.ends),
        "correlation_id": draft.correlation,
        "correlation_display": "orch",
    }


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


def _stored(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}" if moment is not None else ""
