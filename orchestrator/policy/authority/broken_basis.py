"""Records that a start rests on, and that are not what was sealed: each by its deployment, and no other."""

from collections.abc import Iterator

from orchestrator.domain.authority.admission_answer import Reason
from orchestrator.domain.journal.events import HOUSE
from orchestrator.domain.text.command_word import command_word
from orchestrator.policy.authority.admission_question import Question


def broken_record(question: Question, name: str) -> Reason:
    """The reason that the record of this deployment, or of the house, does not count."""
    findings = question.broken[name]
    first = findings[0]
    event = f" at event {first.event}" if first.event else ""
    more = f", and {len(findings) - 1} more" if len(findings) > 1 else ""
    word = command_word(name)
    return Reason(
        code="record.broken",
        about=name,
        found=f"its record is not what was sealed ({first.code}{event}{more})",
        next_move=f"look at it: orch record verify {word}; restore a copy, or accept it as it is: "
        f"orch record accept {word} --reason WHY",
    )


def about_basis(question: Question) -> Iterator[Reason]:
    """Approvals are on the deployment's own record, policies in force on the house's, and live uses on those of others."""
    if question.approvals and question.subject in question.broken:
        yield broken_record(question, question.subject)
    if (question.governed or question.in_force) and HOUSE in question.broken:
        yield broken_record(question, HOUSE)
    yield from _live_uses(question)


def _live_uses(question: Question) -> Iterator[Reason]:
    """A version that only broken records used live has not been used live."""
    rule = question.policy.documents
    if rule is None or not rule.overseers or not question.is_live_use:
        return
    for version in question.versions:
        users = question.live_uses.get(version, ())
        if users and all(name in question.broken for name in users):
            yield broken_record(question, users[0])
