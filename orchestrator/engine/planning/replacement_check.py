"""The check of a backout playbook that is to replace the approved one, as `orch plan check` checks that one."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.plan.inspection import Inspection
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.stage import Stage
from orchestrator.engine.planning.faults import as_fault
from orchestrator.engine.ports import Ports
from orchestrator.errors import Fault, PlanFault, UsageFault
from orchestrator.policy.planning.allowed_constructs import standing
from orchestrator.policy.planning.plan_objections import about_playbook

OPTION = "--with"


class Replaced(NamedTuple):
    """The playbook that a person names, and the stage that it takes back; None where the plan has no stages."""

    stage: str | None
    playbook: str


def replaced(d: Deployment, written: str) -> Replaced:
    """What `PLAYBOOK` means, or with stages `STAGE=PLAYBOOK`. Raises UsageFault."""
    names = [stage.name for stage in d.plan.strategy.stages]
    if not names:
        return Replaced(None, written)
    name, separator, playbook = written.partition("=")
    if not separator or name not in names or not playbook:
        first = f"{OPTION} {names[0]}=PLAYBOOK"
        raise UsageFault(
            f"This release has stages ({', '.join(names)}): say which is taken back, as in {first}."
        )
    return Replaced(name, playbook)


def plan_with(d: Deployment, written: str) -> ReleasePlan:
    """The deployment's plan with this backout playbook. Raises UsageFault."""
    name, playbook = replaced(d, written)
    if name is None:
        backout = d.plan.backout.model_copy(update={"playbook": playbook})
        return d.plan.model_copy(update={"backout": backout})
    stages = tuple(
        stage.model_copy(update={"backout": stage.backout.model_copy(update={"playbook": playbook})})
        if stage.name == name
        else stage
        for stage in d.plan.strategy.stages
    )
    return d.plan.model_copy(update={"strategy": d.plan.strategy.model_copy(update={"stages": stages})})


def check_replacement(ports: Ports, d: Deployment, playbook: str) -> None:
    """Raises PlanFault with everything that speaks against running it."""
    faults = list(_faults(ports, d, playbook))
    if faults:
        raise PlanFault(faults)


def _faults(ports: Ports, d: Deployment, written: str) -> Iterator[Fault]:
    stage_name, playbook = replaced(d, written)
    path = PurePosixPath(playbook)
    if path.is_absolute() or ".." in path.parts or playbook.startswith("~"):
        move = f"put it into {d.project}, and name it from there"
        yield Fault(OPTION, None, "", "a playbook in the project", playbook, move)
        return
    project, plan = Path(d.project), plan_with(d, written)
    stage = next(each for each in plan.stages if each.name == stage_name)
    hosts = sorted({host for wave in d.waves if wave.stage == stage_name for host in wave.hosts})
    inspection = ports.inspector.inspect(plan, project)
    yield from _as_ansible_reads_it(inspection, playbook, hosts, stage)
    back = stage.backout
    given = {**stage.variables, **back.variables}
    for finding in ports.inspector.unsafe_constructs(project / playbook, project):
        stands = standing(finding, back.path, back.allow, given, plan.strategy.hosts)
        if stands is not None and stands.severity == "refuse":
            yield as_fault(stands)


def _as_ansible_reads_it(
    inspection: Inspection, playbook: str, hosts: list[str], stage: Stage
) -> Iterator[Fault]:
    for seen in inspection.playbooks:
        if seen.path == playbook:
            for objection in about_playbook(OPTION, seen, hosts, stage.backout.allow, stage.backout.path):
                yield Fault(seen.path, None, OPTION, objection.expected, objection.found, objection.next_move)
    for wrong in (*inspection.vault_faults, *inspection.settings_faults):
        yield Fault(
            wrong.file, wrong.line, "", "files under which a run can begin", wrong.message, wrong.next_move
        )
