"""The record of a deployment as a document to print and to archive: what an auditor reads from the first page to the last."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from orchestrator.adapters.report.attached_record import attached_words, footing
from orchestrator.adapters.report.attempt_sections import attempt_sections, baseline_sections, check_sections
from orchestrator.adapters.report.document import Attached, Document, Fact, Section, fact, table
from orchestrator.adapters.report.evidence import Evidence
from orchestrator.adapters.report.grouping import EACH_UP_TO
from orchestrator.adapters.report.host_sections import acted_on_section, every_host, hosts_section
from orchestrator.adapters.report.metric_lines import measured_lines
from orchestrator.adapters.report.objectives import objectives_shown
from orchestrator.adapters.report.plan_sections import sections_of
from orchestrator.adapters.report.review_sections import review_sections
from orchestrator.adapters.report.signatures import Signatures, signature_words
from orchestrator.domain.deployment.deployment import Deployment, elapsed
from orchestrator.domain.fold.fold import fold
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import Recorded
from orchestrator.domain.text.format import counted, seconds_words
from orchestrator.policy.authority.record_basis import WaveRow, basis_of, wave_rows
from orchestrator.policy.authority.spoken_record import spoken_lines
from orchestrator.policy.authority.trust_of_keys import trust_lines
from orchestrator.policy.authority.word_checks import recorded_statements
from orchestrator.policy.course.follow_up import following_words
from orchestrator.policy.telling.criteria_not_met import criteria_not_met
from orchestrator.policy.telling.ends import tone_of
from orchestrator.policy.telling.summary import environment_words, plain_words, release_words
from orchestrator.policy.telling.timeline import Story
from orchestrator.policy.telling.timeline_builder import decisions_of, story_of
from orchestrator.policy.telling.words.acceleration_words import acceleration_words
from orchestrator.policy.telling.words.assessment_words import reference_outcomes
from orchestrator.policy.telling.words.change_words import change_lines
from orchestrator.policy.telling.words.document_words import document_line
from orchestrator.policy.telling.words.isolation_words import isolation_words
from orchestrator.policy.telling.words.policy_words import policy_words
from orchestrator.policy.telling.words.unit_words import evidence_of, verified_words

NOT_ANCHORED = "Nothing is anchored outside."


def record_document(
    records: Sequence[Recorded],
    made_at: datetime,
    signatures: Signatures | None = None,
    sealed: Attached | str = "not attached",
    anchored: Sequence[str] = (),
    clauses: Section | None = None,
) -> Document:
    """The document of one deployment's journal; without `signatures` none of them was verified.

    `sealed`: its sealed record, or why it has none; `anchored`: how far its log is anchored outside; `clauses`: the evidence
    by clause, in short. Raises LifecycleFault if it is not a deployment's journal.
    """
    d = fold(records)
    story, evidence, known = story_of(records, d), Evidence(records), signatures or {}
    what = "Rehearsal of " if d.rehearsing.rehearsal is not None else ""
    return Document(
        kind="Deployment record",
        title=f"{what}{release_words(d)} {'in' if what else 'to'} {environment_words(d)}",
        name=d.id,
        tone=tone_of(d.state),
        state=d.state.value,
        words=tuple(plain_words(d)),
        facts=(*_facts(d, records, made_at), _sealed(sealed)),
        sections=(
            Section(
                "What it rests on",
                facts=tuple(Fact(row.name.capitalize(), row.lines) for row in basis_of(d, records)),
            ),
            wave_section(wave_rows(d.waves)),
            hosts_section(d, story),
            *([acted_on_section(d)] if d.acted_on else []),
            _steps(d, story),
            *_authority(d, records, made_at, known),
            *_conclusions(d, records, made_at),
            *review_sections(d, records, made_at),
            Section("Anchored outside", tuple(anchored), nothing=NOT_ANCHORED),
            *check_sections(d, story, evidence),
            Section("Metrics", tuple(measured_lines(d, records)), nothing="Nothing was measured."),
            *attempt_sections(d, story, evidence),
            Section("What changed", tuple(change_lines(d.changes)), nothing="No changes were compared."),
            *baseline_sections(d, story, evidence),
            *([clauses] if clauses is not None else []),
            Section("Release plan", tuple(reference_outcomes(d)) or ("As it was deployed:",)),
            *plan_parts(sections_of(d.plan)),
            *every_host(d, story),
            _journal(records),
        ),
        made_at=made_at,
        made_from=f"{counted(len(records), 'event')} of the journal of {d.id}",
        digest="" if isinstance(sealed, str) else footing(sealed),
        attached=None if isinstance(sealed, str) else sealed,
    )


def _sealed(sealed: Attached | str) -> Fact:
    return fact("Sealed record", *((sealed,) if isinstance(sealed, str) else attached_words(sealed)))


def wave_section(rows: Sequence[WaveRow]) -> Section:
    """The waves with their hosts, objectives, criteria and gates."""
    headings = (
        ("wave", 2), ("hosts", 3), ("objective", 3), ("entry criteria", 3),
        ("acceptance beside the plan's", 3), ("limit and gate", 4),
    )  # fmt: skip
    return Section(
        "Waves",
        table=table(
            headings,
            (
                (
                    row.name,
                    f"{len(row.hosts)}: {', '.join(row.hosts)}"
                    if len(row.hosts) <= EACH_UP_TO
                    else f"{len(row.hosts)}, in the table of hosts",
                    row.objective or "none of its own",
                    "; ".join(row.entry) or "none of its own",
                    "; ".join(row.acceptance) or "none",
                    f"{row.limit}; gate: {'; '.join(row.gate)}",
                )
                for row in rows
            ),
        ),
    )


def plan_parts(sections: Sequence[tuple[str, list[tuple[str, list[str]]]]]) -> Iterator[Section]:
    """The sections of a plan, each a part of the one before."""
    for title, rows in sections:
        yield Section(title, facts=tuple(fact(name.capitalize(), *lines) for name, lines in rows), level=2)


def _facts(d: Deployment, records: Sequence[Recorded], made_at: datetime) -> Iterator[Fact]:
    seconds = elapsed(d.authority.opened_at, d.ended_at, max(made_at, d.last_at))
    yield fact("Deployment", d.id)
    yield fact(
        "Strategy",
        f"{d.plan.strategy.kind}, {counted(len(d.standings), 'host')} in {counted(len(d.waves), 'wave')}",
    )
    yield fact("Planned", f"{_moment(d.began_at)} by {d.by}")
    yield fact("Began", _moment(d.authority.opened_at) if d.authority.opened_at else "not begun")
    yield fact("Ended", _moment(d.ended_at) if d.ended_at else "not over")
    yield fact("Took", seconds_words(round(seconds)) if seconds is not None else "nothing yet")
    approved = [r.event for r in records if isinstance(r.event, e.Approved)]
    named = [f"{given.person} as {given.role}" for each in approved for given in each.approvals]
    yield fact("Approved", *named, *(each.basis for each in approved))
    yield fact("Rules", _rules(d))
    yield fact("Driven by", *_drivers(records))
    if d.plan.release.requests:
        yield fact("Change", ", ".join(d.plan.release.requests))
    for document in d.authority.documents:
        yield fact("Document", document_line(document))
    if isolation_words(d):
        yield fact("Isolation", isolation_words(d))
    if acceleration_words(d):
        yield fact("Acceleration", acceleration_words(d))
    if d.authority.effective is not None:
        yield fact("Effective plan", d.authority.effective.digest)
    yield fact("Plan", f"{d.plan_file} sha256 {d.plan_sha256}")
    for unit in d.plan.release.units:
        seen = d.preparation.digests.get(unit.place)
        worth = (
            "not verified"
            if seen is None
            else "as in the library"
            if seen == unit.sha256
            else f"BUT FOUND {seen}"
        )
        yield fact(
            "Component", f"{unit.name} {unit.version} sha256 {unit.sha256}, {worth}", *evidence_of(d, unit)
        )
    if verified_words(d.preparation.units):
        yield fact("Units", *verified_words(d.preparation.units))


def _rules(d: Deployment) -> str:
    authority = d.authority
    model = (
        f", model {authority.model.model} version {authority.model.version}"
        if authority.model is not None
        else ""
    )
    because = f": {authority.change.reason}" if authority.change.reason else ""
    return f"{policy_words(authority.policy)}{model}; {authority.change.type} change{because}"


def _drivers(records: Sequence[Recorded]) -> Iterator[str]:
    """Which process of which machine drove it, from when on."""
    for record in records:
        if isinstance(record.event, e.DriverTook):
            yield f"{record.event.driver} for {record.event.by} from {_moment(record.at)}"


def _steps(d: Deployment, story: Story) -> Section:
    rows = (
        (
            _moment(step.began),
            step.name.replace("_", " "),
            d.waves[step.wave].name if step.wave is not None else "",
            step.result,
            step.words,
            "open" if step.seconds is None else seconds_words(round(step.seconds, 1)),
        )
        for step in story.steps
    )
    headings = (("began", 3), ("step", 2), ("wave", 2), ("result", 1.5), ("what", 5), ("took", 1.5))
    return Section("Steps", table=table(headings, rows))


def _authority(
    d: Deployment, records: Sequence[Recorded], made_at: datetime, signatures: Signatures
) -> Iterator[Section]:
    statements = (
        (
            _moment(word.made_at) if word.made_at else "not signed",
            word.word,
            f"{word.person} as {word.role}",
            word.key_name,
            signature_words(word, signatures),
            word.reason,
        )
        for word in recorded_statements(records)
    )
    headings = (
        ("signed", 3),
        ("word", 2),
        ("person and role", 3),
        ("key", 2.5),
        ("signature", 3),
        ("why", 4),
    )
    yield Section(
        "Authority", (*following_words(d, made_at), *trust_lines(records)), table=table(headings, statements)
    )
    spoken = (
        (
            _moment(line.at),
            line.what,
            line.by,
            line.speaker,
            ", ".join(filter(None, (line.signature, signature_words(line, signatures)))),
        )
        for line in spoken_lines(records)
    )
    headings_of_words = (("when", 3), ("what", 2), ("name", 2), ("the system says", 4), ("signature", 3))
    yield Section("Who spoke", table=table(headings_of_words, spoken), nothing="No speaker is on record.")


def _conclusions(d: Deployment, records: Sequence[Recorded], made_at: datetime) -> Iterator[Section]:
    objectives = (
        (each.objective, each.name, f"{each.measured.found}, by {each.measured.by}" if each.measured else "")
        for each in objectives_shown(d, made_at)
    )
    yield Section(
        "Objectives",
        table=table((("objective", 5), ("outcome", 2), ("seen", 4)), objectives),
        nothing="The plan measures none of its objectives.",
    )
    not_met = ((_moment(each.at), each.what, each.decision) for each in criteria_not_met(d, records))
    yield Section("Criteria not met", table=table((("when", 3), ("what", 5), ("decision", 5)), not_met))
    decided = (
        (
            _moment(record.at),
            name,
            str(getattr(record.event, "by", "")),
            str(getattr(record.event, "reason", "") or getattr(record.event, "note", "")),
        )
        for record, name in decisions_of(d, records)
    )
    yield Section(
        "Decisions",
        table=table((("when", 3), ("decision", 3), ("by", 2), ("why", 6)), decided),
        nothing="Nobody had to decide anything after the start.",
    )


def _journal(records: Sequence[Recorded]) -> Section:
    rows = ((str(r.seq), _moment(r.at), r.event.kind.replace("_", " ")) for r in records)
    return Section(
        "Journal",
        (
            "Each event by number, time and kind; what it says is in the journal itself (--json) and on the page (--html).",
        ),
        table=table((("no.", 1), ("when", 3), ("event", 6)), rows),
    )


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"
