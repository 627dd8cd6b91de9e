"""Looks again at what a deployment was planned from: what is no longer as it was, each by name, and the rules that bind now."""

from dataclasses import dataclass
from pathlib import Path

from orchestrator.domain.authority.admission_answer import Reason
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.plan.effective_plan import changes_between
from orchestrator.domain.plan.rehearsal_place import RehearsalPlace
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.engine.planning.plan_check import prepare_plan
from orchestrator.engine.ports import Ports
from orchestrator.errors import Fault, NotFound, PlanFault


@dataclass(frozen=True, slots=True)
class PlannedAgain:
    """Everything that is against going on from what was planned, and the policy that would bind it if planned now."""

    reasons: tuple[Reason, ...]
    policy: ReleasePolicy | None


def planned_again(ports: Ports, d: Deployment) -> PlannedAgain:
    """Plan, rules, hosts and files as they are now, compared with those on the journal."""
    try:
        prepared = prepare_plan(ports, Path(d.plan_file), _place(d))
    except PlanFault as faulty:
        return PlannedAgain(tuple(map(faulty_words, faulty.faults)), d.authority.policy)
    except NotFound as gone:
        reason = Reason(code="plan.faulty", about=d.plan_file, found=str(gone), next_move="put it back")
        return PlannedAgain((reason,), d.authority.policy)
    if d.authority.effective is None or prepared.effective is None:
        return PlannedAgain((), d.authority.policy)
    changes = changes_between(d.authority.effective, prepared.effective)
    return PlannedAgain(tuple(changed_words(d, str(change)) for change in changes), prepared.policy)


def _place(d: Deployment) -> RehearsalPlace | None:
    """Where a rehearsal was put; any other deployment goes where its plan says."""
    if d.rehearsing.rehearsal is None:
        return None
    return RehearsalPlace(environment=d.plan.resources.environment, inventory=d.plan.resources.inventory)


def changed_words(d: Deployment, change: str) -> Reason:
    """An ingredient that is not what was planned, as a reason not to start, and how the deployment is planned anew."""
    scheduled = d.authority.mode == "scheduled"
    again = f"orch schedule add {d.plan_file} --at TIME" if scheduled else f"orch deploy {d.plan_file}"
    return Reason(
        code="plan.changed",
        about=change,
        found="no longer what it was when the deployment was planned",
        next_move=f"{'schedule it anew' if scheduled else 'open a new one'}, and have that approved: {again}",
    )


def faulty_words(fault: Fault) -> Reason:
    """A fault in a file that is needed, as a reason not to start."""
    where = fault.file if fault.line is None else f"{fault.file}:{fault.line}"
    return Reason(
        code="plan.faulty",
        about=f"{where} {fault.path}".strip(),
        found=f"expected {fault.expected}, found {fault.found}",
        next_move=fault.next_move,
    )
