"""What a change says of a plan when orch opens it: digest and machines first, then what those need who approve it."""

from collections.abc import Iterable, Iterator, Sequence

from orchestrator.domain.authority.change_ticket import TicketDraft
from orchestrator.domain.plan.check import title_of
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.wave import Wave
from orchestrator.domain.text.format import seconds_words
from orchestrator.domain.text.plain_text import plain
from orchestrator.policy.authority.ticket_need import machines_of
from orchestrator.policy.authority.ticket_text import ticket_lines
from orchestrator.policy.telling.words.assessment_words import change_sections

LINE = 500
"""Characters of a line."""
SUMMARY = 150
"""Characters of the summary: ServiceNow keeps 160, Jira 255."""


def correlation_of(effective: str) -> str:
    """The name by which a ticket system finds the change of an effective plan again."""
    return f"orch-{effective}"


def ticket_draft(plan: ReleasePlan, effective: str, waves: Sequence[Wave]) -> TicketDraft:
    """The change of this effective plan; its planned window is that of the plan, where it has one."""
    window, release = plan.schedule.window, plan.release
    summary = f"Release {release.name} {release.version} to {plan.resources.environment}: {plan.purpose}"
    return TicketDraft(
        correlation=correlation_of(effective),
        summary=plain(summary, SUMMARY),
        description=ticket_lines(effective, machines_of(waves)) + _text(_description(plan)),
        change=plan.change_request.type,
        justification=_text(_justification(plan)),
        implementation=_text(_implementation(plan, waves)),
        risks=_text(_risks(plan)),
        backout=_text(_backout(plan)),
        tests=_text(f"{title_of(check)}" for check in plan.validation.acceptance),
        starts=window.opens if window is not None else None,
        ends=window.closes if window is not None else None,
    )


def _text(lines: Iterable[str]) -> str:
    return "".join(f"{plain(line, LINE)}\n" for line in lines)


def _description(plan: ReleasePlan) -> Iterator[str]:
    release = plan.release
    yield f"Purpose: {plan.purpose}"
    yield f"Release: {release.name} {release.version} to {plan.resources.environment}"
    for unit in release.units:
        yield f"Carries: {unit.name} {unit.version}, sha256 {unit.sha256}"
    yield from (f"Removes: {component}" for component in release.removes)
    for title, lines in change_sections(plan):
        if title != "Change ticket":
            yield from (f"{title}: {line}" for line in lines)


def _justification(plan: ReleasePlan) -> Iterator[str]:
    reason = plan.change_request.reason
    if reason is not None:
        yield reason
    benefit = plan.assessment.benefit if plan.assessment is not None else None
    yield benefit.words if benefit is not None else plan.purpose


def _implementation(plan: ReleasePlan, waves: Sequence[Wave]) -> Iterator[str]:
    yield f"Strategy: {plan.strategy.kind}, in this order:"
    for wave in waves:
        soak = f", then watched for {seconds_words(wave.gate.soak)}" if wave.gate.soak else ""
        stage = f"{wave.stage}: " if wave.stage is not None else ""
        yield f"{stage}{wave.name} on {', '.join(wave.hosts)}{soak}"


def _risks(plan: ReleasePlan) -> Iterator[str]:
    for risk in plan.risks:
        yield f"{risk.risk} (likelihood {risk.likelihood}, impact {risk.impact}): {risk.mitigation}"


def _backout(plan: ReleasePlan) -> Iterator[str]:
    playbooks = [stage.backout.playbook for stage in reversed(plan.stages) if stage.backout.playbook]
    yield f"On failure: {plan.backout.on_failure.replace('_', ' ')}; scope: {plan.backout.scope.replace('_', ' ')}"
    yield from (f"Playbook: {playbook}" for playbook in playbooks)
    yield "Proof: every host is compared with the baseline that was captured before it was touched"
