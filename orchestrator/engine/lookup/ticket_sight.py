"""Asks the ticket system for the change of a deployment, right in front of a step."""

from orchestrator.domain.authority.change_ticket import PATIENCE, ChangeTicket, TicketLook
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.events import TicketSeen
from orchestrator.engine.lookup.known_tickets import number_of, place_of_deployment
from orchestrator.engine.ports import Ports
from orchestrator.policy.authority.ticket_admission import TicketStep, by_ticket
from orchestrator.policy.authority.ticket_need import TicketSight, ticket_asked, ticket_need
from orchestrator.policy.authority.ticket_reasons import shown_detail

BACKOUT_PATIENCE = 3.0
"""Seconds for the answer in front of a backout, which does not depend on it."""


def ticket_sight(ports: Ports, d: Deployment, step: TicketStep) -> TicketSight | None:
    """The ticket as its system answers now, and what it lacks for the step; None where the deployment needs none.

    What was decided for the deployment counts: its digest, and the machines of its waves.
    """
    ticket = ticket_asked(d)
    if ticket is None or d.authority.effective is None:
        return None
    effective = d.authority.effective.digest
    number = number_of(ports.journal, ticket, effective)
    need = ticket_need(ticket, effective, d.waves, number)
    patience = BACKOUT_PATIENCE if step == "backout" else PATIENCE
    look: TicketLook | None = None
    if number is not None:
        # The moment is that before the question: an answer is never younger than it says.
        place = place_of_deployment(d, ticket, number, patience)
        look = ports.tickets.look(place, ports.clock.now())
    answer = by_ticket(need, look.answer if look is not None else None, step, ports.clock.now())
    return TicketSight(need, look, answer)


def seen_event(sight: TicketSight, step: TicketStep, wave: int | None = None) -> TicketSeen:
    """What was seen, as a fact."""
    ticket = (
        sight.look.answer if sight.look is not None and isinstance(sight.look.answer, ChangeTicket) else None
    )
    return TicketSeen(
        step=step,
        wave=wave,
        system=sight.need.system,
        number=sight.need.number,
        state=ticket.state if ticket is not None else None,
        lacks=sight.answer.lacks,
        detail=shown_detail(sight),
    )
