"""What runs the playbooks of a deployment, now; and that one which began goes on with the Ansible it began with."""

from pathlib import Path

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.run_software import RunSoftware
from orchestrator.engine.ports import Ports
from orchestrator.errors import MachineLacks
from orchestrator.policy.authority.software_cover import other_series


def present_software(ports: Ports, d: Deployment) -> RunSoftware:
    """What would run its playbooks now. Raises MachineLacks."""
    return ports.playbooks.software(
        Path(d.private_copy.folder or d.project),
        d.plan.playbooks,
        d.plan.resources.inventory,
        d.plan.resources.execution_environment,
    )


def software_of(ports: Ports, d: Deployment) -> RunSoftware:
    """What runs its playbooks: as its last driver recorded it, else what would run them now; empty where nothing could."""
    if d.driving.software:
        return d.driving.software[-1]
    try:
        return present_software(ports, d)
    except MachineLacks:
        return RunSoftware()


def go_on_with_its_ansible(ports: Ports, d: Deployment) -> None:
    """Have its runs use the installation it began with, unless a person named another for this command.

    Raises MachineLacks where that is gone, or is of another series now: nothing of it was run with that, nor rehearsed.
    """
    began = d.driving.software[-1].ansible if d.driving.software else None
    if began is None or d.over:
        return
    ending = f"Nothing was run. Put it back, then: orch resume {d.id}"
    if not began.image:
        ending += f"; or go on with another, which is put on record: orch resume {d.id} --ansible PATH"
    try:
        now = ports.playbooks.go_on_with(began)
    except MachineLacks as gone:
        raise MachineLacks(
            f"{d.id} began with ansible-core {began.core_version} of {began.image or began.python}, which is of no use now: "
            f"{gone.message} {ending}."
        ) from None
    differing = other_series(began, now) if now is not None else ""
    if differing:
        raise MachineLacks(
            f"{d.id} goes on with what it began with, but {began.python} has {differing}. {ending}."
        )
