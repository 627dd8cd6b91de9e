"""Whether a change ticket carries the deployment of a plan, asked before it starts; nothing is recorded or changed."""

from typing import NamedTuple

from orchestrator.domain.authority.change_ticket import TicketLook, TicketNeed, TicketPlace
from orchestrator.domain.rules.prepared_plan import PreparedPlan
from orchestrator.engine.ports import Ports
from orchestrator.errors import PlanFault, Refused
from orchestrator.policy.authority.ticket_admission import TicketAnswer, by_ticket
from orchestrator.policy.authority.ticket_need import machines_of


class PlanSubject(NamedTuple):
    """What a change approves: the digest of the effective plan and the machines of its hosts."""

    effective: str
    machines: tuple[str, ...]


def subject_of(checked: PreparedPlan) -> PlanSubject:
    """The subject of a checked plan. Raises PlanFault where it has faults, Refused where it deploys to no host."""
    if checked.faults:
        raise PlanFault(checked.faults)
    machines = machines_of(checked.waves)
    if checked.effective is None or not machines:
        raise Refused("The plan deploys to no host, so there is nothing to approve. Look at its strategy.")
    return PlanSubject(checked.effective.digest, machines)


def check_ticket(ports: Ports, subject: PlanSubject, place: TicketPlace) -> tuple[TicketLook, TicketAnswer]:
    """What the system says of the ticket, and what the start of the deployment lacks."""
    # The moment is that before the question: an answer is never younger than it says.
    look = ports.tickets.look(place, ports.clock.now())
    need = TicketNeed(
        system=place.system, number=place.number, effective=subject.effective, machines=subject.machines
    )
    return look, by_ticket(need, look.answer, "start", ports.clock.now())
