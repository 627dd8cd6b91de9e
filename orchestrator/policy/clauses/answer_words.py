"""Findings and answers in sentences; texts of people and files are in them as they are: whoever shows them makes them inert."""

from collections.abc import Sequence

from orchestrator.domain.rules.clause_map import ClauseMap
from orchestrator.domain.text.format import counted
from orchestrator.policy.clauses.case import Finding
from orchestrator.policy.clauses.clause_answers import ClauseAnswer
from orchestrator.policy.clauses.period_evidence import ClauseCount, CodeCount
from orchestrator.policy.telling.words.evidence_words import EVIDENCE_WORDS, STATE_WORDS

EVENTS_SHOWN = 6
IN_SUM = {
    "held": "with the evidence held",
    "gap": "with gaps",
    "not yet": "not yet",
    "not applicable": "to which nothing applies",
    None: "for people to judge",
}
READING_WORDS = {"ours": "read by the authors of orch", "house": "read by the authors of this map"}


def source_words(clauses: ClauseMap) -> str:
    """Where a map comes from, and whose reading it is."""
    source = clauses.source
    return f"{source.document}, {source.edition}; {READING_WORDS[clauses.reading]}. {source.read_in}"


def state_words(answer: ClauseAnswer) -> str:
    """What a clause comes to, in two or three words."""
    return "for people to judge" if answer.state is None else STATE_WORDS[answer.state]


def finding_line(finding: Finding) -> str:
    """A finding on one line: what it is called, what is known, where that is on the record."""
    words = known_words(finding)
    after = f": {words}" if words else ""
    return f"{EVIDENCE_WORDS[finding.code].title}: {where_words(finding)}{after}"


def where_words(finding: Finding) -> str:
    """What a finding comes to, and the events that show it."""
    where = f" ({events_words(finding.events)})" if finding.events else ""
    return f"{STATE_WORDS[finding.state]}{where}"


def known_words(finding: Finding) -> str:
    """What is known: names and values where it is held, else why it is not."""
    meaning, details = EVIDENCE_WORDS[finding.code], "; ".join(finding.details)
    if finding.state == "not applicable":
        return meaning.nothing
    if finding.state == "gap":
        return f"{meaning.gap} ({details})" if details else meaning.gap
    return details


def closing_words(finding: Finding) -> str:
    """How a gap is closed: by a command now, or otherwise next time; empty where there is no gap."""
    if finding.state != "gap":
        return ""
    if finding.command:
        return f"What to do now: {finding.command}"
    return f"Nothing closes it for this one. Next time: {EVIDENCE_WORDS[finding.code].next_time}"


def events_words(events: Sequence[int]) -> str:
    """Such as `event 7`, or `events 2, 3 and 4 more`."""
    if len(events) == 1:
        return f"event {events[0]}"
    shown = ", ".join(str(number) for number in events[:EVENTS_SHOWN])
    more = len(events) - EVENTS_SHOWN
    return f"events {shown}" + (f" and {more} more" if more > 0 else "")


def summary_words(answers: Sequence[ClauseAnswer]) -> str:
    """How many clauses come to what."""
    states = [answer.state for answer in answers]
    parts = [f"{states.count(state)} {words}" for state, words in IN_SUM.items() if state in states]
    return f"{counted(len(answers), 'clause')}: {', '.join(parts)}"


def count_words(count: CodeCount) -> str:
    """Such as `7 of 9 hold it`; a code of a period is held or not."""
    if not count.cases:
        waiting = f", {count.not_yet} not yet" if count.not_yet else ""
        return f"no case{waiting}"
    more = [f"{count.not_yet} not yet"] if count.not_yet else []
    more += [f"does not apply to {count.not_applicable}"] if count.not_applicable else []
    return ", ".join([f"{count.held} of {count.cases} hold it", *more])


def clause_count_words(each: ClauseCount) -> str:
    """What a clause comes to over a period."""
    if not each.codes:
        return "for people to judge"
    lacking = {name for code in each.codes for name in code.lacking if name}
    of_period = any("" in code.lacking for code in each.codes)
    if lacking:
        return f"gaps in {counted(len(lacking), 'deployment')}"
    if of_period:
        return "gap"
    return "evidence held" if any(code.held for code in each.codes) else "no case"
