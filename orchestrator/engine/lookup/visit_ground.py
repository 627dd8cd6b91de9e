"""The hosts port with what visits through Ansible need: of a deployment, or of a plan that is none yet."""

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.attempt import AttemptRequest
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.ssh_config_text import plain_run_config
from orchestrator.domain.rules.prepared_plan import PreparedPlan
from orchestrator.engine.ports import Ports, Targets, VisitGround

OF_NO_DEPLOYMENT = "check"
"""What visits are named after where there is no deployment."""


def hosts_of(ports: Ports, d: Deployment) -> Targets:
    """The port for hosts of this deployment."""
    if not any(target.through for target in d.targets):
        return ports.targets
    vault = d.plan.resources.vault_password_file
    request = _request(
        d.id,
        d.plan,
        project=d.workplace,
        origin=d.project,
        inventory=d.place_of(d.plan.resources.inventory),
        beside=d.place_of(_beside(d.plan)),
        vault_password_file=d.place_of(vault) if vault else None,
    )
    more = {
        "known_hosts": (known := next((t.known_hosts for t in d.targets if t.known_hosts), None)),
        "plain_way": plain_run_config(known),
        "playbooks": tuple(d.place_of(name) for name in d.plan.playbooks),
        "ingredients": (
            *d.plan.resources.ingredients,
            *(part.place for part in d.private_copy.installed),
        ),
        "machines": {b.host: b.machine_id for b in d.preparation.baselines.values()},
        "foreseen": d.private_copy.foreseen,
    }
    return ports.targets.within(
        VisitGround(request=request.model_copy(update=more), scope=d.plan.backout.baseline)
    )


def hosts_of_plan(ports: Ports, prepared: PreparedPlan) -> Targets:
    """The port for the hosts of a checked plan."""
    if not any(target.through for target in prepared.targets):
        return ports.targets
    plan, project = prepared.plan, prepared.project
    vault = plan.resources.vault_password_file
    request = _request(
        OF_NO_DEPLOYMENT,
        plan,
        project=project,
        origin=project,
        inventory=_below(project, plan.resources.inventory),
        beside=_below(project, _beside(plan)),
        vault_password_file=_below(project, vault) if vault else None,
    )
    return ports.targets.within(VisitGround(request=request, scope=plan.backout.baseline))


def _request(
    name: str,
    plan: ReleasePlan,
    *,
    project: str,
    origin: str,
    inventory: str,
    beside: str,
    vault_password_file: str | None,
) -> AttemptRequest:
    return AttemptRequest(
        attempt=name,
        deployment=name,
        purpose="visit",
        playbook=beside,
        project=project,
        inventory=inventory,
        hosts=(),
        variables={},
        vault_password_file=vault_password_file,
        origin=origin,
        pass_environment=plan.resources.pass_environment,
        ingredients=plan.resources.ingredients,
        outputs=plan.resources.outputs,
        plain_way=plain_run_config(None),
        execution_environment=plan.resources.execution_environment or "",
    )


def _beside(plan: ReleasePlan) -> str:
    """The playbook beside which variables count: the first of all."""
    return next(iter(plan.playbooks), "playbook.yml")


def _below(project: str, path: str) -> str:
    return path if path.startswith(("/", "~")) else f"{project}/{path}"
