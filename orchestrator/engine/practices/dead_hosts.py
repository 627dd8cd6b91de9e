"""Hosts that are dead before anything of theirs is touched: left out where the failure limits allow it (docs/adr/0112)."""

from collections.abc import Sequence
from typing import NamedTuple

from orchestrator.domain.plan.target import Target
from orchestrator.engine.drive_context import DriveContext
from orchestrator.engine.ports import Targets
from orchestrator.policy.course.limits import exceeded_without


class Dead(NamedTuple):
    """Dead hosts with why: `allowed` by the failure limits, all or none; and what else is to be said if none."""

    allowed: dict[str, str]
    reasons: tuple[str, ...] = ()


def dead_within_limits(context: DriveContext, connections: Targets, targets: Sequence[Target]) -> Dead:
    """Those of the targets that gave no answer when these connections asked them last."""
    dead = connections.dead(targets)
    if not dead:
        return Dead({})
    exceeded = exceeded_without(context.deployment, dead)
    if exceeded is None:
        return Dead(dead)
    tolerant = any(wave.failure_limit.hosts_of(len(wave.hosts)) for wave in context.deployment.waves)
    return Dead({}, (f"{exceeded}: dead hosts count as down",) if tolerant else ())
