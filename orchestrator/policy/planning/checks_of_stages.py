"""Whether each stage is verified by something: a host that comes again is asked for the whole plan after its last only."""

from collections.abc import Iterator, Sequence

from orchestrator.domain.plan.objection import Objection
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.stage import Stage, hosts_of_stage
from orchestrator.domain.plan.target import Target

_MOVE = (
    "add what shows there that it went well: `validation.acceptance` is asked after the last stage of a host"
)


def unverified_stages(plan: ReleasePlan, targets: Sequence[Target]) -> Iterator[Objection]:
    """Objections to stages without a check of their own on hosts of a later stage (docs/adr/0072)."""
    for number, stage in enumerate(plan.stages):
        later = {each.host for other in plan.stages[number + 1 :] for each in hosts_of_stage(other, targets)}
        again = [target for target in hosts_of_stage(stage, targets) if target.host in later]
        unasked = [target.host for target in again if not _asks(stage, target)]
        if unasked:
            yield Objection(
                f"{stage.path}.acceptance",
                "a check of the stage's own on each host that a later stage has too",
                f"none on {', '.join(unasked)}",
                _MOVE,
            )


def _asks(stage: Stage, target: Target) -> bool:
    """Whether the stage asks something of a host, in whichever wave that is."""
    if any(check.is_on(target) for check in stage.acceptance):
        return True
    waves = [*((stage.pilot,) if stage.pilot is not None else ()), *stage.waves]
    return bool(waves) and all(any(check.is_on(target) for check in wave.acceptance) for wave in waves)
