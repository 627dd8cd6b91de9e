"""One question to a ticket system over HTTP, and what its status says; the document is read by the module of the system."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from orchestrator.adapters.handed_functions import Get
from orchestrator.adapters.tickets import jira, servicenow
from orchestrator.domain.authority.change_ticket import (
    ChangeTicket,
    TicketLook,
    TicketPlace,
    TicketSilence,
    TicketSystem,
)
from orchestrator.domain.plan.check import HttpCheck
from orchestrator.domain.plan.http_fields import CredentialFile
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.ticket_ports import ChangeTickets

TIMEOUT = 10.0
"""Seconds in which the whole answer has come."""
SHOWN = 200
"""Characters of a fault that are kept."""
_OK, _BUSY, _SERVER = 200, 429, 500
_STATUSES: dict[int, TicketSilence] = {401: "refused", 403: "refused", 404: "missing", _BUSY: "unreachable"}


class _System(NamedTuple):
    address: Callable[[TicketPlace], str]
    ticket: Callable[[Any, TicketPlace, datetime], ChangeTicket | TicketSilence]


_SYSTEMS: dict[TicketSystem, _System] = {
    "servicenow": _System(servicenow.address_of, servicenow.ticket_of),
    "jira": _System(jira.address_of, jira.ticket_of),
}


class HttpTickets(ChangeTickets):
    """Tickets asked for with one GET; `get` owns connections, limits, certificates and credentials."""

    def __init__(self, get: Get) -> None:
        self._get = get

    def look(self, place: TicketPlace, now: datetime) -> TicketLook:
        """See the port."""
        system = _SYSTEMS[place.system]
        answer = self._get(_question(place, system.address(place)), Path("/"))
        if answer.fault:
            return TicketLook("unreachable", plain(answer.redact(answer.fault), SHOWN))
        if answer.status != _OK:
            return TicketLook(_silence(answer.status), f"status {answer.status}")
        try:
            return TicketLook(system.ticket(json.loads(answer.body), place, now))
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
            return TicketLook("nonsense", "the answer is not in the documented form")


def _question(place: TicketPlace, url: str) -> HttpCheck:
    return HttpCheck(
        url=url,
        timeout=TIMEOUT,
        headers={"Accept": "application/json"},
        basic_auth=_file(place.basic_auth),
        bearer=_file(place.bearer),
        ca_file=place.ca_file,
    )


def _file(name: str | None) -> CredentialFile | None:
    return None if name is None else CredentialFile(file=name)


def _silence(status: int) -> TicketSilence:
    return _STATUSES.get(status, "unreachable" if status >= _SERVER else "nonsense")
