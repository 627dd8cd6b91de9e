"""Checks a planned deployment again: what has changed since, each ingredient by name, and the rules that bind now."""

from dataclasses import dataclass
from pathlib import Path

from orchestrator.domain.authority.admission_answer import Reason
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.plan.effective_plan import Change, changes_between
from orchestrator.domain.plan.rehearsal_place import RehearsalPlace
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.domain.text.command_word import command_word
from orchestrator.engine.planning.plan_check import prepare_plan
from orchestrator.engine.ports import Ports
from orchestrator.errors import Fault, NotFound, PlanFault


@dataclass(frozen=True, slots=True)
class PlannedAgain:
    """All reasons not to continue as planned, and the policy that would bind a plan made now."""

    reasons: tuple[Reason, ...]
    policy: ReleasePolicy | None


def planned_again(ports: Ports, d: Deployment) -> PlannedAgain:
    """Compare the present plan, rules, hosts and files with those on the journal."""
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
    return PlannedAgain(tuple(changed_words(d, change) for change in changes), prepared.policy)


def _place(d: Deployment) -> RehearsalPlace | None:
    """The place of a rehearsal; None for any other deployment, which goes where its plan says."""
    if d.rehearsing.rehearsal is None:
        return None
    return RehearsalPlace(environment=d.plan.resources.environment, inventory=d.plan.resources.inventory)


def changed_words(d: Deployment, change: Change) -> Reason:
    """A changed ingredient as a reason not to start, with the way to plan the deployment again."""
    scheduled = d.authority.mode == "scheduled"
    plan = command_word(d.plan_file)
    again = f"orch schedule add {plan} --at TIME" if scheduled else f"orch deploy {plan}"
    return Reason(
        code="plan.changed",
        about=str(change),
        found="no longer what it was when the deployment was planned",
        next_move=f"{_stray(change)}{'schedule it anew' if scheduled else 'open a new one'}, and have that approved: {again}",
    )


def _stray(change: Change) -> str:
    """What to do first where files came to the tree: logs and reports are no part of what runs."""
    came = change.ingredient == "playbook tree" and not (change.changed or change.removed)
    return (
        "remove what no playbook reads, or name it in .orchignore (as in a .gitignore); then " if came else ""
    )


def faulty_words(fault: Fault) -> Reason:
    """A fault in a needed file, as a reason not to start."""
    where = fault.file if fault.line is None else f"{fault.file}:{fault.line}"
    return Reason(
        code="plan.faulty",
        about=f"{where} {fault.path}".strip(),
        found=f"expected {fault.expected}, found {fault.found}",
        next_move=fault.next_move,
    )
