"""The answers of a visit, read from its evidence: what a host answers is text from outside, and is read as that."""

from collections.abc import Iterable, Mapping
from typing import Literal

from pydantic import TypeAdapter

from orchestrator.adapters.ansible.events.event_stream import lines_of
from orchestrator.domain.evidence.attempt import VisitQuestion
from orchestrator.domain.evidence.baseline import AttributeValue
from orchestrator.domain.evidence.module_question import says_changed
from orchestrator.domain.text.model_base import Noun
from orchestrator.domain.text.plain_text import escaped_text, plain

_SAID = 300


class VisitAnswer(Noun):
    """What a host answered to a question: `trouble` says, in words, why that is no answer."""

    kind: Literal["ok", "failed", "unreachable", "skipped"]
    changed: bool
    values: dict[str, AttributeValue] = {}
    unfit: dict[str, str] = {}
    message: str = ""
    trouble: str = ""


_EVENT: TypeAdapter[VisitAnswer] = TypeAdapter(VisitAnswer)
_FIELDS = tuple(name for name in VisitAnswer.model_fields if name != "trouble")


def answers_of(
    content: bytes, nonce: str, questions: tuple[VisitQuestion, ...]
) -> tuple[dict[tuple[str, int], VisitAnswer], str]:
    """The answers by host and number of the question; and what is wrong with the stream as a whole, or nothing.

    An answer of a host that was not asked, and a second answer, are such faults: nothing of the stream counts then.
    """
    answers: dict[tuple[str, int], VisitAnswer] = {}
    try:
        for event in lines_of(content, nonce):
            if event["event"] == "answer":
                host, number = str(event["host"]), int(event["question"])
                if host not in questions[number].hosts or (host, number) in answers:
                    raise ValueError(f"an answer of {plain(host)} that was not asked for")
                answer = _EVENT.validate_python({name: event[name] for name in _FIELDS})
                answers[host, number] = _read(answer, questions[number])
    except (ValueError, KeyError, TypeError, IndexError) as wrong:
        return {}, f"the event stream breaks: {plain(str(wrong), _SAID)}"
    return answers, ""


def _read(answer: VisitAnswer, asked: VisitQuestion) -> VisitAnswer:
    values = {
        path: escaped_text(value) if isinstance(value, str) else value
        for path, value in answer.values.items()
        if path in asked.keep
    }
    return answer.model_copy(update={"values": values, "trouble": _trouble(answer, asked)})


def _trouble(answer: VisitAnswer, asked: VisitQuestion) -> str:
    module = asked.question.module
    if answer.kind == "skipped":
        return f"{module} was skipped"
    if answer.kind != "ok":
        words = plain(answer.message, _SAID) or "it does not say why"
        return f"{module} {'failed' if answer.kind == 'failed' else 'could not reach it'}: {words}"
    if answer.changed and not says_changed(asked.question):
        return f"{module} says that it changed something, and a question must not"
    return "; ".join(_unfit(answer.unfit))


def _unfit(unfit: Mapping[str, str]) -> Iterable[str]:
    return (f"{path} is no value that can be kept: {plain(why, _SAID)}" for path, why in unfit.items())
