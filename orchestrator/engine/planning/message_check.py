"""Checks that the messages of a plan have channels in the house; what they lack is a warning, for they stop nothing."""

from orchestrator.domain.rules.prepared_plan import PreparedPlan
from orchestrator.engine.ports import Ports
from orchestrator.errors import Fault, PlanFault
from orchestrator.policy.planning.messages_reach import unreached


def unsent_messages(ports: Ports, loaded: PreparedPlan) -> tuple[Fault, ...]:
    """Messages that would not be sent, and audiences to which nothing is; else the faults of the file of channels."""
    try:
        kinds = ports.channels.kinds()
    except PlanFault as unusable:
        return unusable.faults
    return tuple(map(loaded.fault, unreached(loaded.plan, kinds)))
