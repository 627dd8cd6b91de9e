"""What people do about objectives after the end: have them measured, name a number, accept that one is not achieved."""

from collections.abc import Sequence
from math import isfinite
from pathlib import Path

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.attachment import Attachment
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import STANDS
from orchestrator.domain.plan.condition import condition_of
from orchestrator.domain.plan.objective import Objective
from orchestrator.domain.plan.roles import same_role
from orchestrator.engine.ports import Ports
from orchestrator.engine.practices.measure_objectives import measured_objectives
from orchestrator.engine.redacted_ports import ask_for_vaulted
from orchestrator.engine.use_cases.deployment_commands import signal
from orchestrator.errors import Refused, UsageFault
from orchestrator.policy.course.objectives import to_measure


def measure(ports: Ports, d: Deployment, *, by: str) -> Deployment:
    """Measure now what checks and metrics can measure. Raises Refused where there is nothing of it."""
    _refuse_before_the_end(d)
    numbers = to_measure(d)
    if not numbers:
        raise Refused(f"{d.id} has no objective that a check or a metric measures.")
    ask_for_vaulted(ports, d, over=d.over)
    for event in measured_objectives(ports, d, numbers, Path(d.project), by=by):
        d = signal(ports, d.id, event)
    return d


def record(  # noqa: PLR0913 - what a person says
    ports: Ports,
    d: Deployment,
    number: int,
    value: str,
    *,
    by: str,
    note: str,
    role: str | None,
    attached: Sequence[Attachment],
) -> Deployment:
    """Put a number by hand on the journal. Raises UsageFault for what is none, Refused for another role."""
    _refuse_before_the_end(d)
    objective = _objective(d, number)
    if objective.by_hand is None or objective.expected is None:
        raise Refused(f"Objective {number} is measured by orch: orch objectives {d.id} --measure.")
    if role is not None and not same_role(role, objective.by_hand.role):
        raise Refused(f"Objective {number} is the word of {objective.by_hand.role}, not of {role}.")
    if not note.strip():
        raise UsageFault("Say with --note where the number is from.")
    try:
        amount = float(value)
    except ValueError:
        amount = float("nan")
    if not isfinite(amount):
        raise UsageFault(f"Expected a number of {objective.by_hand.unit}, found {value!r}.")
    achieved = condition_of(objective.expected).holds(amount)
    event = e.ObjectiveMeasured(
        number=number - 1,
        result="achieved" if achieved else "not achieved",
        found=f"{amount:g} {objective.by_hand.unit}",
        by=by,
        role=objective.by_hand.role,
        note=note,
        attached=tuple(attached),
    )
    return signal(ports, d.id, event)


def accept(ports: Ports, d: Deployment, number: int, *, by: str, role: str, reason: str) -> Deployment:
    """Put on the journal that it stays at that. Raises Refused unless the objective is known to be not achieved."""
    _refuse_before_the_end(d)
    _objective(d, number)
    known = d.outcomes.measured.get(number - 1)
    if known is None or known.result != "not achieved":
        raise Refused(f"Objective {number} is not known to be missed: there is nothing to accept.")
    return signal(ports, d.id, e.ObjectiveAccepted(number=number - 1, role=role, by=by, reason=reason))


def _refuse_before_the_end(d: Deployment) -> None:
    if d.state not in STANDS or d.rehearsing.rehearsal is not None:
        raise Refused(f"{d.id} is {d.state.value}: only what is deployed brings its objectives about.")


def _objective(d: Deployment, number: int) -> Objective:
    objectives = d.plan.objectives
    if not 1 <= number <= len(objectives):
        raise UsageFault(
            f"Expected an objective from 1 to {len(objectives)}, found {number}: orch objectives {d.id}."
        )
    objective = objectives[number - 1]
    if not isinstance(objective, Objective):
        raise Refused(f"Objective {number} is words alone: the plan does not say how it is measured.")
    return objective
