"""The reasons of a release policy against a plan that does not have somebody told (`communication.tell`)."""

from collections.abc import Iterator

from orchestrator.domain.authority.admission_answer import Reason
from orchestrator.domain.plan.communication import MessageMoment, Notify
from orchestrator.domain.text.names import same_name
from orchestrator.policy.authority.admission_question import Question
from orchestrator.policy.planning.messages_reach import next_move_of, why_not_reached


def about_audiences(question: Question) -> Iterator[Reason]:
    """A reason for each audience that is not told. A rehearsal tells nobody, and so nobody is asked for."""
    rule = question.policy.communication
    if rule is None or question.rehearsing:
        return
    for audience, moments in rule.tell.items():
        yield from _of_audience(question, audience, moments)


def _of_audience(question: Question, audience: str, moments: tuple[MessageMoment, ...]) -> Iterator[Reason]:
    entries = [
        entry.notify
        for entry in question.plan.communication
        if entry.notify is not None and same_name(entry.audience, audience)
    ]
    unsent = [moment for moment in moments if not any(moment in entry.at for entry in entries)]
    if unsent:
        yield Reason(
            code="policy.not_told",
            about=f"audience {audience}",
            found=f"the plan sends them nothing at: {', '.join(unsent)}",
            next_move=f"write these moments into `notify.at` of an entry for {audience}",
        )
    kinds = question.channels
    lost = [moment for moment in moments if moment not in unsent and not _arrives(question, entries, moment)]
    if lost and kinds is not None:
        whys = (why_not_reached(entry, kinds) for entry in entries if set(entry.at) & set(lost))
        yield Reason(
            code="policy.not_told",
            about=f"audience {audience}",
            found=f"what is sent to them at {', '.join(lost)} cannot arrive ({'; '.join(filter(None, whys))})",
            next_move=next_move_of(kinds),
        )


def _arrives(question: Question, entries: list[Notify], moment: MessageMoment) -> bool:
    kinds = question.channels
    if kinds is None:
        return True
    return any(moment in entry.at and why_not_reached(entry, kinds) is None for entry in entries)
