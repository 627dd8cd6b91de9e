"""The configuration baseline of the affected items, captured before deployment (ISO/IEC 20000-1 9.1)."""

from orchestrator.domain.evidence.baseline import Baseline
from orchestrator.domain.journal.events import BaselineCaptured, DeploymentRefused
from orchestrator.engine.drive_context import DriveContext
from orchestrator.engine.practices.dead_hosts import dead_within_limits
from orchestrator.policy.course.steps import Perform


def perform(context: DriveContext, step: Perform) -> None:
    """Capture and store the baseline of every host; unless all are complete, nothing is touched.

    A host that died meanwhile counts against the failure limits, and is left out where those allow it.
    """
    standings = context.deployment.standings
    targets = [each for each in context.deployment.targets if standings[each.host].standing != "unreached"]
    connections = context.lasting_connections(hand_on=True)
    captured = connections.capture(targets, context.deployment.plan.backout.baseline)
    dead = dead_within_limits(context, connections, targets)
    context.close_connections()
    whole: list[Baseline] = []
    reasons: list[str] = []
    causes: dict[str, None] = {}
    for target in targets:
        if target.host in dead.allowed:
            continue
        baseline = captured.get(target.host, "no answer")
        reason = why_not_whole(baseline)
        if reason is not None:
            reasons.append(f"{target.host}: no whole baseline: {reason}")
            causes[f"no whole baseline: {reason}"] = None
        elif isinstance(baseline, Baseline):
            whole.append(baseline)
    if reasons:
        reasons += dead.reasons
        causes |= dict.fromkeys(dead.reasons)
        context.journal.note(
            DeploymentRefused(stage="baseline", reasons=tuple(reasons), causes=tuple(causes))
        )
    else:
        # Store first: the journal never names a baseline that a power cut could lose.
        references = context.ports.baselines.put_all(whole)
        context.journal.note(BaselineCaptured(baselines=tuple(references), unreached=dead.allowed))


def why_not_whole(baseline: Baseline | str) -> str | None:
    """Why this is no complete baseline, or None if it is one: missing data never counts as equal."""
    if isinstance(baseline, str):
        return baseline
    if baseline.faults:
        return "; ".join(baseline.faults)
    return None if baseline.items else "no configuration item was captured"
