"""Jira: an issue over REST version 3 (GET /rest/api/3/issue/KEY), with the fields that change management gives it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from orchestrator.domain.authority.change_ticket import ChangeTicket, TicketPlace, TicketSilence, TicketState
from orchestrator.policy.authority.ticket_text import ticket_subject

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
_BREAKS = {"paragraph", "hardBreak", "codeBlock", "heading", "listItem"}
"""Nodes of the Atlassian document format that begin a line."""


def address_of(place: TicketPlace) -> str:
    """Where the issue is. The fields of the window have another key on each site, so their names are asked for."""
    words = {"fields": "*all,-comment,-attachment,-worklog", "expand": "names"}
    return f"{place.url.rstrip('/')}/rest/api/3/issue/{place.number}?{urlencode(words)}"


def ticket_of(document: Any, place: TicketPlace, now: datetime) -> ChangeTicket | TicketSilence:
    """The issue. Raises ValueError, TypeError, LookupError, AttributeError or RecursionError for another form."""
    fields = document["fields"]
    subject = ticket_subject("".join(_text(fields["description"])))
    return ChangeTicket(
        system="jira",
        number=document["key"],
        state=_state(fields["status"]),
        seen=now,
        effective=subject.effective,
        machines=subject.machines,
        starts=_moment(document, "Planned start"),
        ends=_moment(document, "Planned end"),
    )


def _state(status: dict[str, Any]) -> TicketState:
    """The category `done` ends a change, whatever its status is called, unless the name says that it was stopped."""
    category = _CATEGORIES[status["statusCategory"]["key"]]
    named = _STATUSES.get(status["name"].lower(), category)
    return category if category == "closed" and named in {"approved", "under way"} else named


def _moment(document: dict[str, Any], name: str) -> datetime | None:
    """The time in the only field with this name; none where several have it, or none."""
    keys = [key for key, shown in document["names"].items() if shown == name]
    text = document["fields"].get(keys[0]) if len(keys) == 1 else None
    return datetime.fromisoformat(text) if text else None


def _text(node: Any) -> Iterator[str]:
    """The text of a document, with its lines; nothing where there is no description."""
    if node is None:
        return
    if node["type"] in _BREAKS:
        yield "\n"
    yield node.get("text", "")
    for child in node.get("content", ()):
        yield from _text(child)
