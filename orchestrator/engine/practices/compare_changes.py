"""What a wave changed: the capture of the baseline once more, after success, compared host by host."""

from orchestrator.domain.journal.events import ChangesCompared, RestorationCompared
from orchestrator.domain.rules.may_change import Rule
from orchestrator.engine.drive_context import DriveContext
from orchestrator.engine.practices.prove_restoration import compare_with_baseline, merged
from orchestrator.policy.course.after_success import rules_of
from orchestrator.policy.course.steps import Perform
from orchestrator.policy.evidence.allowed_changes import outside, unseen
from orchestrator.policy.evidence.changes_seen import grouped

SETTLING = 2.0
"""Seconds before the second capture of hosts that a rule would reject: units need a moment to reach their state."""


def perform(context: DriveContext, step: Perform) -> None:
    """Capture and compare, and journal the difference of every host; one that cannot be compared is named."""
    rules = rules_of(context.deployment)
    compared = compare_with_baseline(context, step.hosts, context.lasting_connections())
    again = _in_doubt(tuple(rules.values()), compared, step.hosts)
    if again:
        context.ports.clock.sleep(SETTLING)
        renewed = compare_with_baseline(context, again, context.lasting_connections())
        compared = merged(compared, renewed, again)
    context.close_connections()
    not_compared = _cut_short(context, tuple(rules.values()), compared) | dict(compared.not_compared)
    context.journal.note(
        ChangesCompared(
            wave=step.wave,
            baselines=compared.baselines,
            groups=grouped((h for h in step.hosts if h not in not_compared), compared.differences),
            not_compared=not_compared,
            rules=tuple(rules),
            outside=outside(tuple(rules.values()), compared.differences),
        )
    )


def _cut_short(
    context: DriveContext, rules: tuple[Rule, ...], compared: RestorationCompared
) -> dict[str, str]:
    """Hosts of which something that a rule binds could not be captured, before the first wave or now."""
    before = context.deployment.preparation.baselines
    cuts = {now.host: unseen(rules, (*before[now.host].cuts, *now.cuts)) for now in compared.baselines}
    return {
        host: f"{' '.join(filter(None, (cut.kind, cut.below)))} could not be captured: {cut.reason}"
        for host, cut in cuts.items()
        if cut is not None
    }


def _in_doubt(
    rules: tuple[Rule, ...], compared: RestorationCompared, hosts: tuple[str, ...]
) -> tuple[str, ...]:
    """Hosts that would be rejected as they are: they are looked at once more. Without a rule none is."""
    if not rules:
        return ()
    doubtful = {*outside(rules, compared.differences), *compared.not_compared}
    return tuple(host for host in hosts if host in doubtful)
