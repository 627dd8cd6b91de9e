"""Jira: an issue over REST version 3 (/rest/api/3), with the fields that change management gives it."""

import re
from datetime import UTC, datetime
from typing import Any

from orchestrator.adapters.tickets.jira_text import document_of, text_of
from orchestrator.adapters.tickets.wire import Wire
from orchestrator.domain.authority.change_ticket import (
    ChangeTicket,
    TicketDeed,
    TicketDraft,
    TicketReceipt,
    TicketResult,
    TicketSilence,
    TicketState,
)
from orchestrator.domain.plan.planned_ticket import TICKET_NUMBER
from orchestrator.policy.authority.ticket_text import ticket_subject

API = "/rest/api/3"
_STATUSES: dict[str, TicketState] = {
    "approved": "approved",
    "awaiting implementation": "approved",
    "implementing": "under way",
    "declined": "rejected",
    "rejected": "rejected",
    "canceled": "cancelled",
    "cancelled": "cancelled",
}
"""The statuses of a change that are not told by their category. No other name is an approval."""
_CATEGORIES: dict[str, TicketState] = {"new": "draft", "indeterminate": "waiting", "done": "closed"}
_GOOD = frozenset({"completed", "done", "closed", "resolved", "implemented"})
_ENDS: dict[TicketResult, frozenset[str]] = {
    "successful": _GOOD,
    "successful_issues": _GOOD,
    "unsuccessful": frozenset({"failed", "unsuccessful", "backed out", "rolled back"}),
}
"""Names of the final statuses that say this result; a workflow without one of them is left to people."""
_ON_THE_WAY = "implementing"
_MOST_STEPS = 3
_STARTS, _ENDS_AT = "Planned start", "Planned end"


def look(wire: Wire, now: datetime) -> ChangeTicket | TicketSilence:
    """The issue. Raises ValueError, TypeError, LookupError, AttributeError or RecursionError for another form.

    The fields of the window have another key on each site, so their names are asked for.
    """
    words = {"fields": "*all,-comment,-attachment,-worklog", "expand": "names"}
    document = wire.ask(_issue(wire), **words)
    fields = document["fields"]
    subject = ticket_subject(text_of(fields["description"]))
    return ChangeTicket(
        system="jira",
        number=document["key"],
        state=_state(fields["status"]),
        seen=now,
        effective=subject.effective,
        machines=subject.machines,
        starts=_moment(document, _STARTS),
        ends=_moment(document, _ENDS_AT),
    )


def find(wire: Wire, correlation: str) -> TicketDeed:
    """The issue with this label that is not done. What was created seconds ago may not be found yet (JQL search)."""
    document = wire.ask(
        f"{API}/search/jql",
        jql=f'labels = "{correlation}" AND statusCategory != Done',
        fields="labels",
        maxResults="2",
    )
    issues = document["issues"]
    if not isinstance(issues, list):
        raise TypeError("no list of issues")
    if len(issues) > 1:
        return TicketDeed(trouble="several")
    return TicketDeed("found", _key(issues[0])) if issues else TicketDeed("none")


def open_change(wire: Wire, draft: TicketDraft) -> TicketDeed:
    """Create an issue of the plan's type in its project."""
    place = wire.place
    made = {"project": {"key": place.project}, "issuetype": {"name": place.issue_type}}
    fields = {**made, **_draft_fields(wire, draft), "labels": [draft.correlation]}
    return TicketDeed("opened", _key(wire.tell("POST", f"{API}/issue", {"fields": fields})))


def update(wire: Wire, draft: TicketDraft) -> TicketDeed:
    """Change the issue while its status is of the category `new`."""
    fields = wire.ask(_issue(wire), fields="status,labels")["fields"]
    if _state(fields["status"]) != "draft":
        return TicketDeed(number=wire.place.number, trouble="not a draft")
    labels = [label for label in fields["labels"] if not str(label).startswith("orch-")]
    anew = {**_draft_fields(wire, draft), "labels": [*labels, draft.correlation]}
    wire.tell("PUT", _issue(wire), {"fields": anew})
    return TicketDeed("updated", wire.place.number)


def deliver(wire: Wire, receipt: TicketReceipt) -> TicketDeed:
    """Comment the result once, then take the transition whose status says it, where the workflow has one."""
    comments = wire.ask(f"{_issue(wire)}/comment", orderBy="-created", maxResults="100")["comments"]
    if not any(receipt.marker in text_of(comment["body"]) for comment in comments):
        text = f"{receipt.text}Close code: {receipt.result}\n"
        wire.tell("POST", f"{_issue(wire)}/comment", {"body": document_of(text)})
    return TicketDeed("closed" if _closed(wire, receipt.result) else "noted", wire.place.number)


def _closed(wire: Wire, result: TicketResult) -> bool:
    """Whether the issue is in a status that says the result, after the transitions that lead there."""
    for _ in range(_MOST_STEPS):
        status = wire.ask(_issue(wire), fields="status")["fields"]["status"]
        if status["statusCategory"]["key"] == "done":
            return _name(status) in _ENDS[result]
        transition = _transition(wire, result)
        if transition is None:
            return False
        wire.tell("POST", f"{_issue(wire)}/transitions", {"transition": {"id": transition}})
    return False


def _transition(wire: Wire, result: TicketResult) -> str | None:
    """The transition to a final status that says the result, else the one to Implementing, on the way there."""
    offered = wire.ask(f"{_issue(wire)}/transitions")["transitions"]
    ends = [
        str(each["id"])
        for each in offered
        if each["to"]["statusCategory"]["key"] == "done" and _name(each["to"]) in _ENDS[result]
    ]
    on_the_way = [str(each["id"]) for each in offered if _name(each["to"]) == _ON_THE_WAY]
    return next(iter((*ends, *on_the_way)), None)


def _issue(wire: Wire) -> str:
    return f"{API}/issue/{wire.place.number}"


def _key(document: dict[str, Any]) -> str:
    key = document["key"]
    if not re.fullmatch(TICKET_NUMBER, key):
        raise ValueError("no key")
    return str(key)


def _draft_fields(wire: Wire, draft: TicketDraft) -> dict[str, Any]:
    """Summary, description and window; an issue has one text, so all parts are in it, digest and machines first."""
    parts = (
        ("Justification", draft.justification),
        ("Implementation", draft.implementation),
        ("Risks", draft.risks),
        ("Backout", draft.backout),
        ("Tests", draft.tests),
    )
    text = draft.description + "".join(f"\n{title}\n{words}" for title, words in parts if words)
    fields: dict[str, Any] = {"summary": draft.summary, "description": document_of(text)}
    if draft.starts is None or draft.ends is None:
        return fields
    known = wire.ask(f"{API}/field")
    for name, moment in ((_STARTS, draft.starts), (_ENDS_AT, draft.ends)):
        ids = [field["id"] for field in known if field["name"] == name]
        if len(ids) == 1:
            fields[str(ids[0])] = f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000+0000"
    return fields


def _name(status: dict[str, Any]) -> str:
    return str(status["name"]).lower()


def _state(status: dict[str, Any]) -> TicketState:
    """The category `done` ends a change, whatever its status is called, unless the name says that it was stopped."""
    category = _CATEGORIES[status["statusCategory"]["key"]]
    named = _STATUSES.get(_name(status), category)
    return category if category == "closed" and named in {"approved", "under way"} else named


def _moment(document: dict[str, Any], name: str) -> datetime | None:
    """The time in the only field with this name; none where several have it, or none."""
    keys = [key for key, shown in document["names"].items() if shown == name]
    text = document["fields"].get(keys[0]) if len(keys) == 1 else None
    return datetime.fromisoformat(text) if text else None
