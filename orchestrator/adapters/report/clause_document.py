"""Evidence by clause as a document: of one deployment, of a period, and the short section of a record."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from orchestrator.adapters.report.document import Document, Section, fact, table
from orchestrator.domain.rules.clause_map import ClauseMap
from orchestrator.domain.text.format import counted
from orchestrator.policy.clauses.answer_words import (
    clause_count_words,
    closing_words,
    count_words,
    known_words,
    source_words,
    state_words,
    summary_words,
    where_words,
)
from orchestrator.policy.clauses.clause_answers import ClauseAnswer
from orchestrator.policy.clauses.period_evidence import ClauseCount, PeriodEvidence
from orchestrator.policy.telling.words.evidence_words import EVIDENCE_WORDS, NO_CLAIM

NAMES_SHOWN = 20
Answered = tuple[ClauseMap, Sequence[ClauseAnswer]]
Counted = tuple[ClauseMap, Sequence[ClauseCount]]


def clause_rows(answers: Sequence[ClauseAnswer]) -> Iterator[tuple[str, str, str]]:
    """The short form: a clause, what it comes to, and the titles of what is missing."""
    for answer in answers:
        missing = [EVIDENCE_WORDS[each.code].title for each in answer.findings if each.state == "gap"]
        name = f"{answer.clause.clause} {answer.clause.title}"
        yield name, state_words(answer), ", ".join(missing)


def clause_section(answered: Sequence[Answered]) -> Section:
    """The short section of a record; empty where no map was asked."""
    rows = [row for _, answers in answered for row in clause_rows(answers)]
    lines = [
        line
        for clauses, answers in answered
        for line in (f"{clauses.title}: {summary_words(answers)}.", f"Source: {source_words(clauses)}")
    ]
    headings = (("clause", 4), ("state", 2), ("what is missing", 5))
    return Section(
        "Evidence by clause",
        (*lines, NO_CLAIM) if rows else (),
        table=table(headings, rows),
        nothing="Not asked.",
    )


def deployment_document(name: str, state: str, answered: Sequence[Answered], made_at: datetime) -> Document:
    """All maps answered of one deployment."""
    return Document(
        kind="Evidence by clause",
        title=name,
        name=name,
        tone="care",
        state=state,
        words=(NO_CLAIM,),
        facts=tuple(fact(clauses.named, clauses.title, source_words(clauses)) for clauses, _ in answered),
        sections=tuple(section for each in answered for section in _answered_sections(*each)),
        made_at=made_at,
        made_from=f"the journal of {name}",
    )


def period_document(
    words: str, evidence: PeriodEvidence, counts: Sequence[Counted], made_at: datetime
) -> Document:
    """All maps counted over a period, and its deployments."""
    return Document(
        kind="Evidence by clause",
        title=words,
        name=words,
        tone="care",
        state=counted(len(evidence.counted), "deployment"),
        words=(NO_CLAIM,),
        facts=tuple(fact(clauses.named, clauses.title, source_words(clauses)) for clauses, _ in counts),
        sections=(
            *(section for each in counts for section in _counted_sections(*each)),
            _deployments(evidence),
        ),
        made_at=made_at,
        made_from=counted(len(evidence.deployments), "journal"),
    )


def _answered_sections(clauses: ClauseMap, answers: Sequence[ClauseAnswer]) -> Iterator[Section]:
    yield Section(clauses.title, (f"{summary_words(answers)}.",))
    for answer in answers:
        rows = [
            (
                EVIDENCE_WORDS[each.code].title,
                where_words(each),
                " ".join(words for words in (known_words(each), closing_words(each)) if words),
            )
            for each in answer.findings
        ]
        yield Section(
            f"{answer.clause.clause} {answer.clause.title}: {state_words(answer)}",
            (answer.clause.asks, *(f"People judge: {words}" for words in answer.clause.people)),
            table=table((("evidence", 3), ("state", 2), ("what is known", 6)), rows),
            level=2,
        )


def _counted_sections(clauses: ClauseMap, counts: Sequence[ClauseCount]) -> Iterator[Section]:
    yield Section(clauses.title, (f"{counted(len(counts), 'clause')}.",))
    for each in counts:
        rows = [
            (
                EVIDENCE_WORDS[code.code].title,
                count_words(code),
                _names([name for name in code.lacking if name]),
            )
            for code in each.codes
        ]
        yield Section(
            f"{each.clause.clause} {each.clause.title}: {clause_count_words(each)}",
            (each.clause.asks, *(f"People judge: {words}" for words in each.clause.people)),
            table=table((("evidence", 3), ("held by", 3), ("lacking", 5)), rows),
            level=2,
        )


def _deployments(evidence: PeriodEvidence) -> Section:
    rows = [
        (
            each.id,
            f"{each.release} {each.version}",
            each.service,
            each.environment,
            f"{each.state}{', a rehearsal' if each.rehearsal else ''}",
            f"{each.began:%Y-%m-%d %H:%M}",
        )
        for each in evidence.deployments
    ]
    headings = (
        ("deployment", 4), ("release", 3), ("service", 2), ("environment", 2), ("state", 2), ("planned", 3),
    )  # fmt: skip
    lacking = tuple(f"It cannot be read, and is in no count: {name}." for name in evidence.unreadable)
    return Section("Deployments on record in this time", lacking, table=table(headings, rows))


def _names(names: Sequence[str]) -> str:
    more = len(names) - NAMES_SHOWN
    return ", ".join(names[:NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")
