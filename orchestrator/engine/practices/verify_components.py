"""Verification of the service components: every unit matches its digest before anything is touched (ITIL 4, 2.4.2)."""

from orchestrator.domain.evidence.components_on import ComponentsOn
from orchestrator.domain.journal.events import ComponentsVerified, DeploymentRefused
from orchestrator.domain.plan.release_plan import ReleaseUnit
from orchestrator.engine.drive_context import DriveContext
from orchestrator.errors import OrchError
from orchestrator.policy.course.steps import Perform


def perform(context: DriveContext, step: Perform) -> None:
    """Digest every release unit in the media library; a mismatch refuses the deployment, and all mismatches are named."""
    digests: dict[str, str] = {}
    on_target: dict[str, str] = {}
    on_some: list[ComponentsOn] = []
    reasons: list[str] = []
    for unit in context.deployment.plan.release.units:
        try:
            digests[unit.artefact] = context.ports.library.digest(context.project, unit.artefact)
            expected = _expected_on_target(context, unit)
            if unit.on is None:
                on_target |= expected
            elif expected:
                on_some.append(ComponentsOn(on=unit.on, digests=expected))
        except OrchError as fault:
            reasons.append(f"{unit.name} {unit.version}: {fault}")
            continue
        if digests[unit.artefact] != unit.sha256:
            reasons.append(
                f"{unit.name} {unit.version}: {unit.artefact} has digest {digests[unit.artefact]}, the plan says {unit.sha256}"
            )
    if reasons:
        context.journal.note(DeploymentRefused(stage="components", reasons=tuple(reasons)))
    else:
        context.journal.note(ComponentsVerified(digests=digests, on_target=on_target, on_some=tuple(on_some)))


def _expected_on_target(context: DriveContext, unit: ReleaseUnit) -> dict[str, str]:
    if unit.on_target is None:
        return {}
    members = context.ports.library.members(context.project, unit.artefact)
    return {
        f"{unit.on_target}/{name}" if name else unit.on_target: digest for name, digest in members.items()
    }
