"""Measurement of objectives by their checks and metrics: before the end, and whenever somebody asks afterwards."""

from collections.abc import Iterable
from pathlib import Path

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.events import ObjectiveMeasured
from orchestrator.domain.plan.objective import Objective
from orchestrator.engine.check_files import in_place, metric_in_place
from orchestrator.engine.drive_context import DriveContext
from orchestrator.engine.lookup.visit_ground import hosts_of
from orchestrator.engine.ports import Ports
from orchestrator.engine.practices.measure import measure_once
from orchestrator.policy.course.objectives import due_at_the_end
from orchestrator.policy.course.steps import Perform
from orchestrator.policy.evidence.acceptance import complaints, completed


def perform(context: DriveContext, step: Perform) -> None:
    """Measure what is due at the end; whatever comes of it, the deployment ends as it does."""
    d = context.deployment
    for event in measured_objectives(context.ports, d, due_at_the_end(d), context.project, by="orch"):
        context.journal.note(event)


def measured_objectives(
    ports: Ports, d: Deployment, numbers: Iterable[int], project: Path, *, by: str
) -> list[ObjectiveMeasured]:
    """A fact for each of these objectives, each asked once."""
    facts = []
    for number in numbers:
        objective = d.plan.objectives[number]
        if isinstance(objective, Objective):
            facts.append(_measured(ports, d, number, objective, project, by))
    return facts


def _measured(
    ports: Ports, d: Deployment, number: int, objective: Objective, project: Path, by: str
) -> ObjectiveMeasured:
    if objective.check is not None:
        return _by_check(ports, d, number, objective, project, by)
    if objective.metric is None:
        raise ValueError(f"objective {number} is measured by hand")
    metric = metric_in_place(d, objective.metric)
    targets = tuple(target for target in d.targets if d.standings[target.host].standing == "verified")
    [fact] = measure_once(ports, [metric], (targets, ()), project, d.plan.resources.pass_environment)
    results = {"success": "achieved", "failed": "not achieved"}
    value = f"{fact.value:g}" if fact.value is not None else fact.detail or "no value"
    return ObjectiveMeasured.model_validate(
        {"number": number, "result": results.get(fact.verdict, "not known"), "found": value, "by": by}
    )


def _by_check(
    ports: Ports, d: Deployment, number: int, objective: Objective, project: Path, by: str
) -> ObjectiveMeasured:
    if objective.check is None:
        raise ValueError(f"objective {number} has no check")
    checks = in_place(d, (objective.check,))
    about = [t for t in d.targets if objective.check.is_on(t) and d.standings[t.host].standing == "verified"]
    results = completed(hosts_of(ports, d).verify(about, checks, project), about, checks) if about else []
    answers = {result.answer for result in results}
    wrong = complaints(results)
    result = (
        "not known"
        if not results or ("inconclusive" in answers and "failed" not in answers)
        else "achieved"
        if answers == {"passed"}
        else "not achieved"
    )
    finding = wrong[0] if wrong else f"passed on {len(about)} hosts" if about else "no host to ask"
    return ObjectiveMeasured.model_validate({"number": number, "result": result, "found": finding, "by": by})
