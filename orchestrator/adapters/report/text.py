"""The record as text for a terminal: the same facts as the page, shorter."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from orchestrator.adapters.report.evidence import Evidence
from orchestrator.adapters.report.legible import legible
from orchestrator.adapters.report.metric_lines import measured_lines
from orchestrator.adapters.report.post_review import review_shown
from orchestrator.adapters.report.signatures import Signatures, signature_words
from orchestrator.domain.deployment.deployment import Deployment, elapsed
from orchestrator.domain.fold.fold import fold
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import Recorded
from orchestrator.domain.text.format import counted, seconds_words
from orchestrator.domain.text.plain_text import plain
from orchestrator.policy.authority.record_basis import DIGESTS_DIFFER, basis_of, wave_lines
from orchestrator.policy.authority.spoken_record import SpokenLine, spoken_lines
from orchestrator.policy.authority.trust_of_keys import trust_lines
from orchestrator.policy.authority.word_checks import recorded_statements
from orchestrator.policy.course.follow_up import following_words
from orchestrator.policy.course.plan_and_actual import comparison_lines
from orchestrator.policy.evidence.coverage_words import uncovered_lines
from orchestrator.policy.evidence.drift import summary_lines
from orchestrator.policy.telling.blind_spots import blind_spots
from orchestrator.policy.telling.criteria_not_met import not_met_lines
from orchestrator.policy.telling.host_rows import HostRow, host_row
from orchestrator.policy.telling.summary import environment_words, plain_words, release_words
from orchestrator.policy.telling.timeline import Story, StoryStep
from orchestrator.policy.telling.timeline_builder import decisions_of, story_of
from orchestrator.policy.telling.words.acceleration_words import acceleration_words
from orchestrator.policy.telling.words.assessment_words import reference_outcomes
from orchestrator.policy.telling.words.change_words import change_lines
from orchestrator.policy.telling.words.document_words import document_line
from orchestrator.policy.telling.words.host_words import STANDING_WORDS
from orchestrator.policy.telling.words.isolation_words import isolation_words
from orchestrator.policy.telling.words.policy_words import policy_name
from orchestrator.policy.telling.words.unit_words import verified_words


def text_record(
    records: Sequence[Recorded],
    made_at: datetime,
    signatures: Signatures | None = None,
    anchored: Sequence[str] = (),
) -> str:
    """The record as lines; without `signatures` none of them was verified. `anchored`: how far its log is anchored outside.

    Raises LifecycleFault if it is not a deployment's journal.
    """
    d = fold(records)
    story, evidence = story_of(records, d), Evidence(records)
    parts = [
        _head(d),
        _facts(d, records, made_at),
        _titled("Steps", [_step(d, step) for step in story.steps]),
        _titled("Hosts", _hosts(d)),
        _titled("What it rests on", _basis(d, records)),
        _titled("Waves", [plain(line, 1200) for line in wave_lines(d.waves)]),
        _titled("Acted on for others", _acts(d)),
        _titled("Not passed", _complaints(story)),
        _titled("Metrics", measured_lines(d, records)),
        _titled("What changed", [plain(line, 400) for line in change_lines(d.changes)]),
        _titled("Baseline", _baseline(d, story, evidence)),
        _titled("Authority", _authority(d, records, made_at, signatures or {})),
        _titled("References", [plain(line, 600) for line in reference_outcomes(d)]),
        _titled("Review", list(_review(d, records))),
        _titled("Criteria not met", [plain(line, 600) for line in not_met_lines(d, records)]),
        _titled("Decisions", _decisions(d, records)),
        _titled("Who spoke", _spoken(records, signatures or {})),
        _titled("Anchored outside", list(anchored)),
    ]
    lines = "\n\n".join(part for part in parts if part).split("\n")
    # Line by line: what is cut is a long line, and never the record.
    return "".join(f"{legible(line)}\n" for line in lines)


def _head(d: Deployment) -> str:
    what = "rehearsal of " if d.rehearsing.rehearsal is not None else ""
    title = f"{what}{release_words(d)} {'in' if what else 'to'} {environment_words(d)}: {d.state.value}"
    return "\n".join([title, "=" * len(title), *plain_words(d)])


def _facts(d: Deployment, records: Sequence[Recorded], made_at: datetime) -> str:
    seconds = elapsed(d.authority.opened_at, d.ended_at, max(made_at, d.last_at))
    approvals = [r.event for r in records if isinstance(r.event, e.Approved)]
    named = [f"{given.role}: {given.person}" for approved in approvals for given in approved.approvals]
    facts = {
        "deployment": d.id,
        "strategy": f"{d.plan.strategy.kind}, {counted(len(d.standings), 'host')} in {counted(len(d.waves), 'wave')}",
        "planned": f"{d.began_at:%Y-%m-%d %H:%M:%S} UTC by {plain(d.by)}",
        "began": f"{d.authority.opened_at:%Y-%m-%d %H:%M:%S} UTC"
        if d.authority.opened_at is not None
        else "",
        "took": seconds_words(round(seconds)) if seconds is not None else "",
        "approved": "; ".join([*named, *(approved.basis for approved in approvals)]) or "no",
        "change": ", ".join(d.plan.release.requests),
        "policy": policy_name(d.authority.policy),
        "model": f"{d.authority.model.model} version {d.authority.model.version}"
        if d.authority.model is not None
        else "",
        "effective": d.authority.effective.digest if d.authority.effective is not None else "",
        "plan": f"{d.plan_file} sha256 {d.plan_sha256}",
        "isolation": isolation_words(d),
        "accelerated": acceleration_words(d),
        "components": ", ".join(f"{u.name} {u.version} sha256 {u.sha256}" for u in d.plan.release.units),
    }
    lines = [f"{name:<11} {plain(value, 400)}" for name, value in facts.items() if value]
    lines += [f"document    {plain(document_line(each), 600)}" for each in d.authority.documents]
    lines += [f"{'':<11} {plain(line, 1200)}" for line in verified_words(d.preparation.units)]
    return "\n".join(lines)


def _step(d: Deployment, step: StoryStep) -> str:
    wave = d.waves[step.wave].name if step.wave is not None else ""
    seconds = step.seconds
    took = "open" if seconds is None else seconds_words(round(seconds, 0 if seconds >= 10 else 1))
    name = step.name.replace("_", " ")
    return f"{step.began:%Y-%m-%d %H:%M:%S} {name:<13}{plain(wave, 20):<10} {step.result:<8}{took:>10}  {plain(step.words)}"


def _hosts(d: Deployment) -> list[str]:
    widest = max(len(host) for host in d.standings)
    return [f"{host:<{widest}}  {_cells(host_row(d, host))}".rstrip() for host in d.standings]


def _cells(row: HostRow) -> str:
    return f"{row.wave:<10} {STANDING_WORDS[row.standing]:<26} {plain(row.reason)}"


def _basis(d: Deployment, records: Sequence[Recorded]) -> list[str]:
    """The name before the first line of each row."""
    return [
        f"{row.name if number == 0 else '':<19} {plain(line, 600)}".rstrip()
        for row in basis_of(d, records)
        for number, line in enumerate(row.lines)
    ]


def _acts(d: Deployment) -> list[str]:
    outside = "; outside of the deployment, not proved"
    return [
        plain(f"{act.host}: {act.words}{'' if act.host in d.standings else outside}", 400)
        for act in d.acted_on
    ]


def _complaints(story: Story) -> list[str]:
    lines: list[str] = []
    for step in story.steps:
        lines += [
            f"{step.name}: {r.host}: {r.answer}: {r.title}: expected {plain(r.expected)}, found {plain(r.found)}"
            for r in step.complaints
        ]
        lines += [f"{step.name}: {outcome.host}: {plain(outcome.reason)}" for outcome in step.down]
        lines += [f"{step.name}: {plain(fault)}" for fault in step.faults if not step.checks]
    return lines


_CAPTURED_WORDS: Mapping[str, str] = {"baseline": "before", "changes": "deployed", "proof": "after"}


def _baseline(d: Deployment, story: Story, evidence: Evidence) -> list[str]:
    lines = [
        f"{_CAPTURED_WORDS[step.name]} {r.host}: {counted(r.items, 'item')} sha256 {r.digest}"
        for step in story.steps
        for r in evidence.references(step)
    ]
    lines += map(plain, blind_spots(d.plan.backout.baseline.whole, evidence.captured()))
    if d.backout is None or not d.backout.compared:
        return lines
    lines += [f"differs: {plain(line, 400)}" for line in summary_lines(d.backout.differences)]
    lines += [f"not compared: {host}: {plain(reason)}" for host, reason in d.backout.not_compared.items()]
    lines += [f"not captured: {plain(line, 400)}" for line in uncovered_lines(d.backout.uncovered)]
    equal = d.hosts_standing("restored")
    how_far = " in what was captured" if d.backout.uncovered else ""
    if not equal:
        return lines
    return [*lines, f"equal to the baseline{how_far}: {', '.join(equal)}", DIGESTS_DIFFER]


def _authority(
    d: Deployment, records: Sequence[Recorded], made_at: datetime, signatures: Signatures
) -> list[str]:
    lines = [
        f"{word.taken_at:%Y-%m-%d %H:%M:%S} {word.word} by {plain(word.person)} as {plain(word.role)}, "
        + (
            f"signed {word.made_at:%Y-%m-%d %H:%M:%S} with {word.by_key}, {signature_words(word, signatures)}"
            if word.made_at
            else "not signed"
        )
        + f": {plain(word.reason)}"
        for word in recorded_statements(records)
    ]
    lines += map(plain, trust_lines(records))
    lines += [f"overridden: {plain(override)}" for override in d.authority.overridden]
    return [*lines, *map(plain, following_words(d, made_at))]


def _review(d: Deployment, records: Sequence[Recorded]) -> Iterator[str]:
    shown = review_shown(d, records)
    if shown is not None:
        yield from comparison_lines(shown.compared)
        yield from (plain(line, 800) for line in shown.lines)


def _spoken(records: Sequence[Recorded], signatures: Signatures) -> list[str]:
    return [
        f"{line.at:%Y-%m-%d %H:%M:%S} {line.what}: {plain(line.by)}; {plain(line.speaker, 400)}; {_signature(line, signatures)}"
        for line in spoken_lines(records)
    ]


def _signature(line: SpokenLine, signatures: Signatures) -> str:
    return ", ".join(filter(None, [line.signature, signature_words(line, signatures)]))


def _decisions(d: Deployment, records: Sequence[Recorded]) -> list[str]:
    return [
        f"{r.at:%Y-%m-%d %H:%M:%S} {r.event.kind.replace('_', ' ')} by "
        f"{plain(str(getattr(r.event, 'by', '')))}{_role(r.event)}: "
        f"{plain(str(getattr(r.event, 'reason', '') or getattr(r.event, 'note', '')))}"
        for r, _ in decisions_of(d, records)
    ]


def _role(event: e.Event) -> str:
    """The role that a word claims, where it has one."""
    match event:
        case e.Confirmed(role=role) | e.StepAnswered(role=role) | e.ObjectiveAccepted(role=role):
            return f" as {plain(role)}"
        case _:
            return ""


def _titled(title: str, lines: list[str]) -> str:
    return "\n".join([title, "-" * len(title), *lines]) if lines else ""
