"""Verification of the service components: every unit matches its digest before anything is touched (ITIL 4, 2.4.2)."""

from orchestrator.domain.evidence.components_on import ComponentsOn
from orchestrator.domain.evidence.unit_evidence import UnitEvidence
from orchestrator.domain.journal.events import ComponentsVerified, DeploymentRefused
from orchestrator.domain.plan.release_plan import ReleaseUnit
from orchestrator.engine.drive_context import DriveContext
from orchestrator.engine.practices.unit_evidence import UnitSight
from orchestrator.errors import OrchError
from orchestrator.policy.course.steps import Perform


def perform(context: DriveContext, step: Perform) -> None:
    """Verify every unit, digest first, then origin; what does not hold refuses the deployment, and all of it is named."""
    digests: dict[str, str] = {}
    on_target: dict[str, str] = {}
    on_some: list[ComponentsOn] = []
    units: list[UnitEvidence] = []
    reasons: list[str] = []
    for unit in context.deployment.plan.release.units:
        name = f"{unit.name} {unit.version}"
        try:
            digests[unit.place] = context.ports.library.digest(context.project, unit.place)
            expected = _expected_on_target(context, unit)
            if unit.on is None:
                on_target |= expected
            elif expected:
                on_some.append(ComponentsOn(on=unit.on, digests=expected))
            if digests[unit.place] != unit.sha256:
                reasons.append(
                    f"{name}: {unit.artefact} has digest {digests[unit.place]}, the plan says {unit.sha256}"
                )
                continue
            sight = UnitSight(context, unit)
            units.append(sight.evidence())
        except OrchError as fault:
            reasons.append(f"{name}: {fault}")
            continue
        reasons += [f"{name}: {reason}" for reason in sight.reasons]
    if reasons:
        context.journal.note(DeploymentRefused(stage="components", reasons=tuple(reasons)))
    else:
        context.journal.note(
            ComponentsVerified(
                digests=digests, on_target=on_target, on_some=tuple(on_some), units=tuple(units)
            )
        )


def _expected_on_target(context: DriveContext, unit: ReleaseUnit) -> dict[str, str]:
    if unit.on_target is None:
        return {}
    members = context.ports.library.members(context.project, unit.place)
    return {
        f"{unit.on_target}/{name}" if name else unit.on_target: digest for name, digest in members.items()
    }
