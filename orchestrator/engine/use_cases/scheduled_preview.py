"""Checks ahead of the start what a scheduled deployment lacks, so that the schedule shows approved or proposed, and why."""

from orchestrator.domain.authority.admission_answer import OF_CALENDAR, Admitted
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.events import DeploymentNotAdmitted as Waits
from orchestrator.domain.journal.lifecycle import State
from orchestrator.engine.lookup.admission_facts import Known, approved, may_start
from orchestrator.engine.ports import Ports
from orchestrator.engine.use_cases.deployment_commands import signal
from orchestrator.policy.authority.admission import moment_of_start

_AHEAD = (State.AWAITING_APPROVAL, State.SCHEDULED)


def ask_ahead(ports: Ports, d: Deployment, known: Known | None = None) -> Deployment:
    """Append the approval to the journal if it is complete, else what is missing; admission asks again at the start.

    Does nothing if the deployment is not scheduled or has begun. Raises PlanFault for faulty keys.
    """
    if d.authority.mode != "scheduled" or d.state not in _AHEAD or d.authority.effective is None:
        return d
    answer = may_start(ports, d, moment_of_start(d, ports.clock.now()), known)
    if isinstance(answer, Admitted) or {reason.code for reason in answer.reasons} <= OF_CALENDAR:
        proposed = d.state is State.AWAITING_APPROVAL
        return signal(ports, d.id, approved(d, answer)) if proposed else d
    if d.authority.unadmitted is not None and d.authority.unadmitted.reasons == answer.reasons:
        return d
    return signal(ports, d.id, Waits(reasons=answer.reasons))
