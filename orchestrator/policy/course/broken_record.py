"""What follows where the driver of a deployment finds that the record is not what was sealed."""

from orchestrator.domain.authority.ground import Ground
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.events import BackoutBegan, DeploymentHeld, SealBroken
from orchestrator.domain.journal.lifecycle import State
from orchestrator.policy.course.backout import foreign_run_reason
from orchestrator.policy.course.steps import Record

BACKOUT_RESTS_ON = (
    "plan",
    "targets",
    "waves",
    "standings",
    "attempts",
    "preparation",
    "private_copy",
    "backout",
    "rotation",
)
"""The parts of a deployment that say what a backout does, where, and what it is proved by."""


def facts_are_intact(driven: Deployment, stored: Deployment) -> bool:
    """Whether the journal still says of a backout what its driver knows, who verified or wrote every event of it."""
    return all(getattr(driven, part) == getattr(stored, part) for part in BACKOUT_RESTS_ON)


def on_broken_record(d: Deployment) -> Record | None:
    """A backout from what is intact, by the usual way; else a hold, which a person ends by a word with a reason.

    None where nothing broke, and where a backout goes on, or begins for a reason of its own.
    """
    broken = d.driving.broken
    if broken is None:
        return None
    if broken.facts == "damaged" or not d.touched_hosts:
        return Record(DeploymentHeld(reason=_reason(broken), by="orch"))
    if d.state is State.BACKING_OUT or d.driving.aborting is not None or d.rollout.failure is not None:
        return None
    foreign = foreign_run_reason(d)
    if foreign is not None or d.plan.backout.on_failure == "hold":
        return Record(DeploymentHeld(reason=foreign or _reason(broken), by="orch"))
    began = BackoutBegan(
        hosts=d.touched_hosts,
        reason=_reason(broken),
        by="orch",
        reasons=(Ground(code="backout.record_broken"),),
    )
    return Record(began)


def _reason(broken: SealBroken) -> str:
    first, count = broken.damage[0], len(broken.damage) + broken.more
    event = f" at event {first.event}" if first.event else ""
    more = f", and {count - 1} more" if count > 1 else ""
    facts = "; what a backout rests on is damaged too" if broken.facts == "damaged" else ""
    return f"its record is not what was sealed ({first.code}{event}{more}){facts}"
