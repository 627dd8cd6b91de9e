"""The check of a backout playbook that is to replace the approved one, as `orch plan check` checks that one."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.attempt import declares_controller
from orchestrator.domain.plan.inspection import Inspection
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.engine.ports import Ports
from orchestrator.errors import Fault, PlanFault
from orchestrator.policy.planning.plan_objections import about_playbook

OPTION = "--with"


def plan_with(d: Deployment, playbook: str) -> ReleasePlan:
    """The deployment's plan with this backout playbook."""
    backout = d.plan.backout.model_copy(update={"playbook": playbook})
    return d.plan.model_copy(update={"backout": backout})


def check_replacement(ports: Ports, d: Deployment, playbook: str) -> None:
    """Raises PlanFault with everything that speaks against running it."""
    faults = list(_faults(ports, d, playbook))
    if faults:
        raise PlanFault(faults)


def _faults(ports: Ports, d: Deployment, playbook: str) -> Iterator[Fault]:
    path = PurePosixPath(playbook)
    if path.is_absolute() or ".." in path.parts or playbook.startswith("~"):
        move = f"put it into {d.project}, and name it from there"
        yield Fault(OPTION, None, "", "a playbook in the project", playbook, move)
        return
    project, plan = Path(d.project), plan_with(d, playbook)
    inspection = ports.inspector.inspect(plan, project)
    yield from _as_ansible_reads_it(inspection, plan, sorted(d.standings))
    for finding in ports.inspector.unsafe_constructs(project / playbook, project):
        allowed = finding.undeclared and declares_controller(plan.backout.allow.delegates)
        if finding.severity == "refuse" and not allowed:
            expected = "tasks whose result can be trusted"
            yield Fault(finding.file, finding.line, finding.kind, expected, finding.what, finding.next_move)


def _as_ansible_reads_it(inspection: Inspection, plan: ReleasePlan, hosts: list[str]) -> Iterator[Fault]:
    for seen in inspection.playbooks:
        if seen.path == plan.backout.playbook:
            for objection in about_playbook(OPTION, seen, hosts):
                yield Fault(seen.path, None, OPTION, objection.expected, objection.found, objection.next_move)
    for wrong in (*inspection.vault_faults, *inspection.settings_faults):
        yield Fault(
            wrong.file, wrong.line, "", "files under which a run can begin", wrong.message, wrong.next_move
        )
