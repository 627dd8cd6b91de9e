"""Events of change tickets: opened for a plan, seen before a step, and told how the deployment ended."""

from typing import Annotated, Literal

from pydantic import Field

from orchestrator.domain.authority.change_ticket import (
    TicketLack,
    TicketResult,
    TicketState,
    TicketTrouble,
)
from orchestrator.domain.plan.planned_ticket import TicketNumber, TicketSystem
from orchestrator.domain.text.model_base import Many, Name, Noun, Sha256, Text


class TicketOpened(Noun):
    """A change is to be opened for an effective plan, or stands for it: on the journal of the house, before any deployment.

    `did`: `intended` before the system is asked, so that a crash is seen; `not opened` where it refused.
    """

    kind: Literal["ticket_opened"] = "ticket_opened"
    system: TicketSystem
    url: Text
    number: TicketNumber | None = None
    effective: Sha256
    release: Name
    version: Text
    environment: Text
    did: Literal["intended", "not opened", "opened", "found", "updated"]
    by: Text


class TicketSeen(Noun):
    """The ticket was asked for in front of a step, and what it lacked decided what followed; empty where it carries the step.

    `number` and `state` as the system gave them; absent where it gave no answer. `wave`: None before the start.
    """

    kind: Literal["ticket_seen"] = "ticket_seen"
    step: Literal["start", "wave", "backout"]
    wave: Annotated[int, Field(ge=0)] | None = None
    system: TicketSystem
    number: TicketNumber | None = None
    state: TicketState | None = None
    lacks: Many[TicketLack] = ()
    detail: str = ""


class DeliveryOwed(Noun):
    """The ticket could not be told how the deployment ended; it is owed until `delivered`."""

    kind: Literal["delivery_owed"] = "delivery_owed"
    number: TicketNumber
    result: TicketResult
    trouble: TicketTrouble
    detail: str = ""
    by: Text


class Delivered(Noun):
    """The ticket says how the deployment ended: it was closed with the result, or the result was noted on it.

    `events`: the number of the last event that `digest` covers (docs/change-tickets.md); both are in the ticket.
    """

    kind: Literal["delivered"] = "delivered"
    number: TicketNumber
    result: TicketResult
    did: Literal["closed", "noted"]
    events: Annotated[int, Field(ge=1)]
    digest: Sha256
    by: Text
