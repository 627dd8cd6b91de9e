"""What differs between two environments of a release: what must be equal, apart from what each environment has of its own."""

from collections.abc import Iterator

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.plan.effective_plan import REHEARSED, EffectivePlan, changes_between
from orchestrator.policy.authority.releases.release_story import Differences


def differences_between(before: Deployment, after: Deployment) -> Differences:
    """The differences of two deployments of one release in two environments."""
    old, new = _as_written(before), _as_written(after)
    changes = changes_between(old, new) if old is not None and new is not None else ()
    return Differences(
        before=before.plan.resources.environment,
        after=after.plan.resources.environment,
        deployments=(before.id, after.id),
        compared=old is not None and new is not None,
        changes=tuple(change for change in changes if change.ingredient in REHEARSED),
        hosts_differ=any(change.ingredient not in REHEARSED for change in changes),
        units=tuple(_units(before, after)),
        same_plan_file=before.plan_sha256 == after.plan_sha256,
    )


def _as_written(d: Deployment) -> EffectivePlan | None:
    """The effective plan; of a rehearsal the one that it rehearses, because that is what the next environment gets."""
    rehearsal = d.rehearsing.rehearsal
    return rehearsal.of if rehearsal is not None else d.authority.effective


def _units(before: Deployment, after: Deployment) -> Iterator[str]:
    """Release units that are not the same file in both, or are in one only."""
    old = {unit.name: unit for unit in before.plan.release.units}
    new = {unit.name: unit for unit in after.plan.release.units}
    for name in sorted(old.keys() | new.keys()):
        if name not in new or name not in old:
            yield f"{name}: only in {before.plan.resources.environment if name in old else after.plan.resources.environment}"
        elif (old[name].version, old[name].sha256) != (new[name].version, new[name].sha256):
            yield (
                f"{name}: {old[name].version} sha256 {old[name].sha256}, then {new[name].version} sha256 {new[name].sha256}"
            )
