"""What a deployment needs of its change ticket, and whether it needs one at all."""

from collections.abc import Iterable
from dataclasses import dataclass

from orchestrator.domain.authority.change_ticket import TicketLook, TicketNeed
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.plan.planned_ticket import PlannedTicket
from orchestrator.domain.plan.wave import Wave
from orchestrator.policy.authority.ticket_admission import TicketAnswer


@dataclass(frozen=True, slots=True)
class TicketSight:
    """A ticket as it was asked for in front of a step; `look` is None where no change was opened."""

    need: TicketNeed
    look: TicketLook | None
    answer: TicketAnswer


def ticket_asked(d: Deployment) -> PlannedTicket | None:
    """The ticket that a deployment needs. A rehearsal needs none unless its policy says so."""
    if d.rehearsing.rehearsal is None:
        return d.plan.approval.ticket
    policy = d.authority.policy
    demand = policy.verification.ticket if policy is not None else None
    return d.plan.approval.ticket if demand is not None and demand.rehearsals else None


def ticket_need(
    ticket: PlannedTicket, effective: str, waves: Iterable[Wave], number: str | None
) -> TicketNeed:
    """What the ticket with this number must say for these waves."""
    return TicketNeed(
        system=ticket.system, effective=effective, machines=machines_of(waves), number=number or ticket.number
    )


def machines_of(waves: Iterable[Wave]) -> tuple[str, ...]:
    """The machines that a change approves: all hosts of the waves, by name."""
    return tuple(sorted({host for wave in waves for host in wave.hosts}))
