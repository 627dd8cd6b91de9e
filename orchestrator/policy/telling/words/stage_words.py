"""What a stage does and how it is taken back, in lines for whoever reads a plan, approves it, or reads its record."""

from collections.abc import Iterator

from orchestrator.domain.plan.load_balancer import Rotation
from orchestrator.domain.plan.manual_step import ManualStep
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.stage import Stage, TakenBack
from orchestrator.domain.text.format import counted, seconds_words
from orchestrator.domain.text.selection import selection_words


def stage_title(stage: Stage) -> str:
    """Such as `Stage schema on database, once in the deployment, on one host`."""
    once = ", once in the deployment, on one host" if stage.once else ""
    return f"Stage {stage.name} on {selection_words(stage.on)}{once}"


def stage_lines(stage: Stage) -> Iterator[str]:
    """How it is deployed, taken back, and taken out of rotation."""
    if stage.manual is None:
        yield f"deploy playbook {stage.playbook}{tag_words(stage)}"
    else:
        yield from _by_hand("by hand", stage.manual)
    if stage.backout.manual is None:
        yield f"taken back with {stage.backout.playbook}{tag_words(stage.backout)}"
    else:
        yield from _by_hand("taken back by hand", stage.backout.manual)
    yield from rotation_lines(stage.load_balancer)


def tag_words(part: Stage | TakenBack) -> str:
    """Which of a playbook's plays and tasks are run, such as `, only what is tagged shop`; empty for all."""
    only = f", only what is tagged {', '.join(part.tags)}" if part.tags else ""
    return only + (f", without what is tagged {', '.join(part.skip_tags)}" if part.skip_tags else "")


def rotation_lines(rotation: Rotation | None) -> Iterator[str]:
    """Which load balancers a wave leaves; nothing without any."""
    if rotation is None:
        return
    limit = rotation.at_most_out
    most = (
        ""
        if limit is None
        else f", at most {limit.count if limit.count is not None else f'{limit.percent:g}%'} out"
    )
    titles = ", ".join(balancer.title for balancer in rotation.balancers)
    yield f"out of rotation before it is touched: {titles}{most}, within {seconds_words(rotation.within)}"


def staged_lines(plan: ReleasePlan) -> list[str]:
    """The stages of a plan in a line each; of a plan without stages what its load balancers say."""
    if not plan.strategy.stages:
        return list(rotation_lines(plan.strategy.load_balancer))
    return [f"{stage_title(stage)}: {'; '.join(stage_lines(stage))}" for stage in plan.stages]


def late_words(step: ManualStep) -> str:
    """What follows when nobody confirms the step in time, such as `service owner is told and it is backed out`."""
    escalation = f"{step.escalate_to} is told" if step.escalate_to else ""
    back = "it is backed out" if step.then == "back out" else ""
    return " and ".join(words for words in (escalation, back) if words)


def _by_hand(how: str, step: ManualStep) -> Iterator[str]:
    yield f"{how}, {step.who}: {step.instruction}"
    files = f", with {counted(step.attachments, 'attached file')} at least" if step.attachments else ""
    within = f", within {seconds_words(step.within)}" if step.within is not None else ""
    late = f", then {late_words(step)}" if late_words(step) else ""
    yield f"{how}: {step.role} confirms it{within}{late}; evidence: {step.evidence.rstrip('.')}{files}"
