"""The record as one self-contained page: no script, no external address, every text escaped."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from jinja2 import Environment

from orchestrator.adapters.report.changes import Diffs, change_groups
from orchestrator.adapters.report.document import Section
from orchestrator.adapters.report.evidence import Evidence
from orchestrator.adapters.report.grouping import (
    EACH_UP_TO,
    alike_checks,
    alike_hosts,
    alike_outcomes,
    names,
    reference_lines,
)
from orchestrator.adapters.report.metric_charts import charts_of
from orchestrator.adapters.report.objectives import OUTCOME_TAGS, objectives_shown
from orchestrator.adapters.report.plan_sections import sections_of
from orchestrator.adapters.report.post_review import review_shown
from orchestrator.adapters.report.short_names import short_names
from orchestrator.adapters.report.signatures import Signatures, signature_words
from orchestrator.adapters.report.templating import environment, page_of
from orchestrator.adapters.report.timeline import HOSTS_UP_TO, timeline_of
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.deployment.standing import StandingName
from orchestrator.domain.evidence.baseline import Difference
from orchestrator.domain.fold.fold import fold
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import Recorded
from orchestrator.domain.plan.check import CheckResult
from orchestrator.domain.text.format import counted, seconds_words, size_words
from orchestrator.policy.authority.record_basis import DIGESTS_DIFFER, basis_of, wave_rows
from orchestrator.policy.authority.spoken_record import spoken_lines
from orchestrator.policy.authority.trust_of_keys import trust_lines
from orchestrator.policy.authority.word_checks import recorded_statements
from orchestrator.policy.course.follow_up import following_words, review_overdue
from orchestrator.policy.evidence.coverage_words import uncovered_count, uncovered_lines
from orchestrator.policy.telling.blind_spots import blind_spots
from orchestrator.policy.telling.criteria_not_met import criteria_not_met
from orchestrator.policy.telling.ends import tone_of
from orchestrator.policy.telling.next_moves import next_moves
from orchestrator.policy.telling.summary import environment_words, plain_words
from orchestrator.policy.telling.timeline import Story
from orchestrator.policy.telling.timeline_builder import decisions_of, story_of
from orchestrator.policy.telling.words.acceleration_words import acceleration_words
from orchestrator.policy.telling.words.assessment_words import reference_outcomes
from orchestrator.policy.telling.words.change_words import hidden_lines, outside_lines
from orchestrator.policy.telling.words.document_words import document_line
from orchestrator.policy.telling.words.host_words import STANDING_WORDS
from orchestrator.policy.telling.words.incident_words import incident_words
from orchestrator.policy.telling.words.isolation_words import isolation_words
from orchestrator.policy.telling.words.policy_words import policy_words
from orchestrator.policy.telling.words.unit_words import evidence_of

CELL, LANE = 12, 20
"""Characters of a host's name in a cell for many hosts, and at its lane of the timeline."""


@dataclass(frozen=True, slots=True)
class ChangedItem:
    """A configuration item that differs from the baseline, with its attributes, and its content as a diff."""

    host: str
    kind: str
    name: str
    attributes: tuple[Difference, ...]
    diff: tuple[str, ...]


def html_record(  # noqa: PLR0913 - what a record is made of
    records: Sequence[Recorded],
    made_at: datetime,
    diffs: Diffs | None = None,
    deployed: Diffs | None = None,
    signatures: Signatures | None = None,
    anchored: Sequence[str] = (),
    clauses: Section | None = None,
    *,
    part: bool = False,
) -> str:
    """The page of one deployment's journal, or a `part` for another page.

    `diffs` are after the backout, `deployed` after the waves.
    `anchored`: how far its log is anchored outside. `clauses`: the evidence by clause, in short.
    Without `signatures` none of them was verified.
    Raises LifecycleFault if it is not a deployment's journal.
    """
    d = fold(records)
    story, evidence = story_of(records, d), Evidence(records)
    end = d.ended_at or max(made_at, d.last_at)
    return page_of(
        _environment(),
        "record.html.j2",
        part=part,
        d=d,
        story=story,
        records=records,
        made_at=made_at,
        end=end,
        words=plain_words(d),
        moves=[move for move in next_moves(d) if not move.reads],
        tone=tone_of(d.state),
        trouble=first_troubles(story),
        timeline=timeline_of(d, story, evidence, end),
        alike_hosts=alike_hosts,
        few=len(d.standings) <= EACH_UP_TO,
        addresses={target.host: target.address for target in d.targets},
        cell_names=short_names(d.standings, CELL),
        lane_names=short_names(d.standings, LANE),
        many_hosts=len(d.standings) > HOSTS_UP_TO,
        approved=[r for r in records if isinstance(r.event, e.Approved)],
        drivers=[r for r in records if isinstance(r.event, e.DriverTook)],
        said=[(each, signature_words(each, signatures or {})) for each in recorded_statements(records)],
        anchored=anchored,
        clauses=clauses,
        spoken=[(line, signature_words(line, signatures or {})) for line in spoken_lines(records)],
        trusted=trust_lines(records),
        follows=following_words(d, made_at),
        outcomes=tuple(reference_outcomes(d)),
        overdue=review_overdue(d, made_at),
        decisions=decisions_of(d, records),
        objectives=objectives_shown(d, made_at),
        outcome_tags=OUTCOME_TAGS,
        review=review_shown(d, records),
        incident=incident_words,
        not_met=criteria_not_met(d, records),
        evidence=evidence,
        isolation=isolation_words(d),
        acceleration=acceleration_words(d),
        unit_evidence=evidence_of,
        checked=[step for step in story.steps if step.checks],
        attempts=[step for step in story.steps if step.attempt],
        unseen=blind_spots(d.plan.backout.baseline.whole, evidence.captured()),
        captures=[step for step in story.steps if evidence.references(step)],
        changed=changed_items(d, diffs or {}),
        charts=charts_of(d, records),
        change_groups=change_groups(d, deployed or {}),
        more_changes=hidden_lines(d.changes),
        not_allowed=outside_lines(d.changes.outside, d.changes.rules),
        sections=sections_of(d.plan),
        basis=basis_of(d, records),
        wave_rows=wave_rows(d.waves),
        digests_differ=DIGESTS_DIFFER,
    )


def first_troubles(story: Story) -> dict[str, str]:
    """The first failure on each host that had one; a backout changes the state of a host, not its history."""
    trouble: dict[str, str] = {}
    for step in story.steps:
        for result in step.complaints:
            trouble.setdefault(
                result.host, f"{result.title}: expected {result.expected}, found {result.found}"
            )
        for outcome in step.down:
            trouble.setdefault(outcome.host, outcome.reason)
    return trouble


def changed_items(d: Deployment, diffs: Diffs) -> list[ChangedItem]:
    """The differences that remain after the backout, by configuration item."""
    by_item: dict[tuple[str, str, str], list[Difference]] = {}
    for each in d.backout.differences if d.backout is not None else ():
        by_item.setdefault((each.host, each.kind, each.name), []).append(each)
    return [
        ChangedItem(
            host, kind, name, tuple(attributes), tuple(diffs.get((host, name), ())) if kind == "file" else ()
        )
        for (host, kind, name), attributes in by_item.items()
    ]


@cache
def _environment() -> Environment:
    return environment(
        {
            "environment": environment_words,
            "moment": lambda m: f"{m:%Y-%m-%d %H:%M:%S} UTC",
            "clock": lambda m: f"{m:%Y-%m-%d %H:%M:%S}",
            "took": _took,
            "counted": counted,
            "size": size_words,
            "uncovered_count": uncovered_count,
            "uncovered_lines": uncovered_lines,
            "standing": lambda name: STANDING_WORDS[name],
            "policy": policy_words,
            "document": document_line,
            "letter": lambda name: LETTERS[name],
            "px": lambda x: f"{x:.1f}",
            "event_json": _event_json,
            "by_host": _by_host,
            "value": _value,
            "alike_checks": alike_checks,
            "alike_outcomes": alike_outcomes,
            "names": names,
            "reference_lines": reference_lines,
            "named_with": lambda hosts, addresses: names([f"{host} {addresses[host]}" for host in hosts]),
            "title": lambda name: str(name).replace("_", " "),
        }
    )


LETTERS: dict[StandingName, str] = {
    "untouched": "·", "acted_on": "a", "to_retry": "·", "deploying": "D", "deployed": "d", "verified": "V",
    "due": "·", "failed": "F", "unknown": "?", "excluded": "E", "unreached": "N",
    "backing_out": "B", "backed_out": "b", "restored": "R", "residue": "!", "backout_failed": "X",
}  # fmt: skip


def _took(seconds: float | None) -> str:
    if seconds is None:
        return "open"
    return seconds_words(round(seconds, 1) if seconds < 10 else round(seconds))


def _event_json(record: Recorded) -> str:
    return record.event.model_dump_json(exclude={"kind"}, indent=1)


def _by_host(results: Sequence[CheckResult]) -> dict[str, list[CheckResult]]:
    hosts: dict[str, list[CheckResult]] = {}
    for result in results:
        hosts.setdefault(result.host, []).append(result)
    return hosts


def _value(value: Any) -> str:
    if value is None:
        return "absent"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
