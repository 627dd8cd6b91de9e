"""Asks the rules whether a person's word counts that comes late, and notes on the event who agreed (docs/adr/0068)."""

from collections.abc import Sequence
from dataclasses import replace

from orchestrator.domain.authority.admission_answer import NotAdmitted, Reason
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.engine.lookup.admission_facts import question_of
from orchestrator.engine.ports import Ports
from orchestrator.errors import Refused
from orchestrator.policy.authority.admission_question import UNGOVERNED, Question
from orchestrator.policy.authority.by_hand import against_answer
from orchestrator.policy.authority.late_backout import backout_digest, is_late, late_backout
from orchestrator.policy.authority.late_words import Agreed, Agreement, against_confirmation, concession


def agreed(ports: Ports, d: Deployment, event: e.Event) -> e.Event:
    """The event as it goes on the journal. Raises Refused with every reason why it does not count now."""
    match event:
        case e.Confirmed():
            _refuse(d, against_confirmation(d, event))
        case e.StepAnswered():
            _refuse(d, against_answer(d, event))
        case e.Excluded() if d.authority.policy is not None and d.authority.effective is not None:
            answer = _granted(d, concession(_question(ports, d), d, event.hosts))
            return event.model_copy(update={"reasons": answer.grounds})
        case e.BackoutBegan() if is_late(d) or event.emergency:
            return _taken_back(ports, d, event)
        case _:
            pass
    return event


def _taken_back(ports: Ports, d: Deployment, event: e.BackoutBegan) -> e.BackoutBegan:
    if d.authority.effective is None:
        # From before there were effective plans: nothing can be signed for it, and rules bound only those that have one.
        return event
    other = event.replacement
    question = _question(ports, d, other.digest if other is not None else "")
    playbook = other.playbook if other is not None else None
    answer = _granted(d, late_backout(question, d, by=event.by, emergency=event.emergency, playbook=playbook))
    return event.model_copy(
        update={
            "reasons": (*event.reasons, *answer.grounds),
            "review_by": answer.review_by,
            "reviewers": answer.reviewers,
        }
    )


def _question(ports: Ports, d: Deployment, replacement: str = "") -> Question:
    """The question by which the approvals on the journal are judged now."""
    question = question_of(ports, d, ports.clock.now(), words=d.authority.approvals)
    return replace(question, policy=d.authority.policy or UNGOVERNED, backout=backout_digest(d, replacement))


def _granted(d: Deployment, answer: Agreement) -> Agreed:
    if isinstance(answer, NotAdmitted):
        _refuse(d, answer.reasons)
        raise AssertionError("a refusal has reasons")
    return answer


def _refuse(d: Deployment, reasons: Sequence[Reason]) -> None:
    if reasons:
        raise Refused(
            "\n".join([*map(str, reasons), f"Nothing was put on the journal of {d.id}: it stays as it is."])
        )
