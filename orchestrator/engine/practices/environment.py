"""Verification of the target environment: every check on every host, before anything is touched (ITIL 4 table 5.1)."""

from orchestrator.domain.events import EnvironmentVerified, Refused
from orchestrator.domain.fold import fold
from orchestrator.domain.target import shared_machines
from orchestrator.engine.work import Work
from orchestrator.policy.acceptance import complaints, completed
from orchestrator.policy.steps import Perform


def perform(work: Work, step: Perform) -> None:
    """Ask all hosts at once; anything but a pass everywhere refuses the deployment, every complaint named."""
    plan, targets = work.deployment.plan, work.deployment.targets
    checks = plan.validation.environment
    results = completed(
        work.ports.targets.verify(targets, checks, work.project), [t.host for t in targets], checks
    )
    reasons = [*complaints(results), *_shared_machines(work), *_other_deployments(work)]
    if reasons:
        work.chronicle.note(Refused(stage="environment", reasons=tuple(reasons), results=tuple(results)))
    else:
        work.chronicle.note(EnvironmentVerified(results=tuple(results)))


def _shared_machines(work: Work) -> list[str]:
    """Two names of one machine would be deployed to twice and counted twice."""
    identities = work.ports.targets.identify(work.deployment.targets)
    known = {host: identity for host, identity in identities.items() if not isinstance(identity, str)}
    return [
        f"{host}: its machine identity could not be read: {reason}"
        for host, reason in identities.items()
        if isinstance(reason, str)
    ] + [
        f"{' and '.join(hosts)} are one machine; name it once in the inventory"
        for hosts in shared_machines(known)
    ]


def _other_deployments(work: Work) -> list[str]:
    """Another deployment of this store that is open and has touched one of our hosts."""
    ours = {target.host for target in work.deployment.targets}
    reasons: list[str] = []
    for name in work.ports.journal.deployments():
        if name == work.deployment.id:
            continue
        other = fold(work.ports.journal.read(name))
        shared = [host for host in other.touched_hosts if host in ours]
        if other.touched and shared:
            reasons.append(
                f"{name} is {other.state.value} on {', '.join(shared)}; end it first (orch resume {name})"
            )
    return reasons
