"""The evidence of a record as sections of a document: checks, runs of playbooks, baselines and what differs from them."""

from collections.abc import Iterator

from orchestrator.adapters.report.document import Section, table
from orchestrator.adapters.report.evidence import Evidence
from orchestrator.adapters.report.grouping import EACH_UP_TO, alike_findings, alike_outcomes
from orchestrator.adapters.report.host_sets import host_set_rows
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.baseline import AttributeValue
from orchestrator.domain.text.format import counted, seconds_words
from orchestrator.policy.authority.record_basis import DIGESTS_DIFFER
from orchestrator.policy.evidence.coverage_words import uncovered_lines
from orchestrator.policy.telling.blind_spots import blind_spots
from orchestrator.policy.telling.timeline import Story, StoryStep

LONGEST_VALUE = 500
"""Characters of a value in the table of what differs."""
CAPTURED = {"baseline": "before", "changes": "when it was deployed"}
"""When a capture was made, by the step; else it was after the backout."""


def check_sections(d: Deployment, story: Story, evidence: Evidence) -> Iterator[Section]:
    """Every answer that is kept, those that are not a pass first; in a large fleet equal answers stand together."""
    yield Section("Checks", ("Expected beside found; what is not a pass stands first.",))
    few = len(d.standings) <= EACH_UP_TO
    headings = (("hosts", 3), ("answer", 2), ("check", 3), ("expected", 3), ("found", 4))
    for step in story.steps:
        if step.checks:
            rows = (
                (names, result.answer, result.title, result.expected, result.found)
                for hosts, result, _ in alike_findings(evidence.answers(step), each=few)
                for names in host_set_rows(d, hosts)
            )
            yield Section(_titled(d, step), (step.words,), table=table(headings, rows), level=2)


def attempt_sections(d: Deployment, story: Story, evidence: Evidence) -> Iterator[Section]:
    """Each run of a playbook with the outcome on each host."""
    attempts = [step for step in story.steps if step.attempt]
    yield Section(
        "Attempts", ("Each run of a playbook, with the digest of its evidence.",) if attempts else ()
    )
    few = len(d.standings) <= EACH_UP_TO
    headings = (("hosts", 4), ("outcome", 2), ("why", 6), ("ok", 1), ("changed", 1))
    for step in attempts:
        took = seconds_words(round(step.seconds, 1)) if step.seconds is not None else "open"
        about = f"{step.attempt}, {step.words}, {took}, evidence sha256 {step.evidence or 'none'}"
        rows = (
            (
                names,
                each.result.replace("_", " "),
                each.reason,
                str(each.ok),
                str(each.changed),
            )
            for hosts, each, _ in alike_outcomes(evidence.outcomes(step), each=few)
            for names in host_set_rows(d, hosts)
        )
        yield Section(_titled(d, step), (about, *step.faults), table=table(headings, rows), level=2)


def baseline_sections(d: Deployment, story: Story, evidence: Evidence) -> Iterator[Section]:
    """What was proved against the baseline, what it does not see, and each capture by its digest."""
    captures = [step for step in story.steps if evidence.references(step)]
    unseen = blind_spots(d.plan.backout.baseline.whole, evidence.captured())
    yield Section("Baseline and restoration", (*_proved(d), *unseen))
    if d.backout is not None and d.backout.differences:
        rows = (
            (each.host, f"{each.kind} {each.name}", each.attribute, _value(each.before), _value(each.after))
            for each in d.backout.differences
        )
        headings = (("host", 2.5), ("item", 4), ("attribute", 1.8), ("baseline", 4), ("after the backout", 4))
        yield Section("What differs from the baseline", table=table(headings, rows), level=2)
    of_captures = (("host", 2.5), ("items", 1), ("sha256", 6), ("machine", 3.3))
    for step in captures:
        references = ((r.host, str(r.items), r.digest, r.machine_id) for r in evidence.references(step))
        when = CAPTURED.get(step.name, "after the backout")
        title = f"Captured {when}, {step.began:%Y-%m-%d %H:%M:%S}"
        yield Section(title, table=table(of_captures, references), level=2)


def _proved(d: Deployment) -> Iterator[str]:
    if d.backout is None:
        yield "Nothing was backed out."
        return
    if not d.backout.compared:
        yield "The backout is not compared with the baseline."
        return
    equal = d.hosts_standing("restored")
    if equal:
        yield from (f"Equal to the baseline: {names}." for names in host_set_rows(d, equal))
        yield DIGESTS_DIFFER
    if d.backout.differences:
        yield f"{counted(len(d.backout.differences), 'attribute')} of configuration items differ, each in the table below."
    yield from (f"Not compared: {host}: {reason}" for host, reason in d.backout.not_compared.items())
    yield from (f"Not captured: {line}" for line in uncovered_lines(d.backout.uncovered))


def _value(value: AttributeValue) -> str:
    """In words; the content of a file only as far as it helps: the page has it line by line."""
    if isinstance(value, str):
        more = len(value) - LONGEST_VALUE
        return f"{value[:LONGEST_VALUE]}… ({more:,} characters more)" if more > 0 else value
    return (
        "absent"
        if value is None
        else {True: "yes", False: "no"}[value]
        if isinstance(value, bool)
        else str(value)
    )


def _titled(d: Deployment, step: StoryStep) -> str:
    wave = f", {d.waves[step.wave].name}" if step.wave is not None else ""
    return f"{step.name.replace('_', ' ').capitalize()}{wave}, {step.began:%Y-%m-%d %H:%M:%S}"
