"""The form of a host's answer: whatever does not have it is no answer, and the host is as unknown as one that is silent."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationError

from orchestrator.adapters.ssh.answers import HostQuestion
from orchestrator.domain.evidence.baseline import AttributeValue, CutKind
from orchestrator.domain.plan.check import Answer
from orchestrator.domain.text.model_base import Many, Name, Noun
from orchestrator.domain.text.plain_text import plain

MOST_ITEMS = 250_000
"""Items of one baseline; the program on the target stops at 200,000 paths."""
MOST_WORDS = 4096
"""Characters of a name or a sentence: what a path of Linux has at most."""
LATEST = 1 << 40
"""Seconds since 1970, and the greatest epoch: thirty thousand years from now, and what a shell on the host compares."""


class MalformedAnswer(Exception):
    """What of an answer does not have its form, in words."""


def _short(text: str) -> str:
    # Not pydantic's own limit: it refuses half of a surrogate pair, which stands for a byte that is no text.
    if len(text) > MOST_WORDS:
        raise ValueError(f"it has {len(text)} characters; at most {MOST_WORDS} are read")
    return text


Words = Annotated[str, AfterValidator(_short)]
Moment = Annotated[float, Field(ge=0, le=LATEST)]
Elapsed = Annotated[float, Field(ge=0, le=10_000_000)]
Count = Annotated[int, Field(ge=0, le=10_000_000)]
Triple = Annotated[tuple[Answer, Words, Elapsed], Field(strict=False)]
DigestAnswer = Annotated[tuple[Literal["sha256", "absent", "fault"], Words], Field(strict=False)]
CutAnswer = Annotated[tuple[CutKind, Words, Words], Field(strict=False)]
ItemAnswer = Annotated[tuple[Words, Words, dict[Words, AttributeValue]], Field(strict=False)]


class IdentityAnswer(Noun):
    """Which machine it is, and as whom it answered."""

    machine_id: Words
    boot_id: Words
    user: Words
    is_root: bool
    python: Words
    epoch: Annotated[int, Field(ge=0, le=LATEST)] | None
    house: Words = ""
    stores: Annotated[dict[Words, Moment], Field(max_length=1000)] = {}


class EndingAnswer(Noun):
    """How many processes of a run were ended, those that are left, and how many could not be asked."""

    ended: Count
    left: Annotated[tuple[Words, ...], Field(strict=False, max_length=100_000)]
    unasked: Count


class ProcessAnswer(Noun):
    """One process of a run."""

    run: Name
    pid: Annotated[int, Field(ge=0, le=LATEST)]
    program: Words
    unit: Words
    seconds: Annotated[float, Field(ge=0, le=LATEST)]
    marked: bool


class ProcessesAnswer(Noun):
    """The processes of a deployment's runs that were ended, those that live, and how many show nothing to this user."""

    ended: Annotated[tuple[ProcessAnswer, ...], Field(strict=False, max_length=100_000)]
    left: Annotated[tuple[ProcessAnswer, ...], Field(strict=False, max_length=100_000)]
    unasked: Count


class BaselineAnswer(Noun):
    """The configuration items, what could not be read, and what of the system was left out: its kind, from where on, why."""

    items: Annotated[tuple[ItemAnswer, ...], Field(strict=False, max_length=MOST_ITEMS)]
    faults: Many[Words]
    cuts: Annotated[tuple[CutAnswer, ...], Field(strict=False, max_length=MOST_ITEMS)]


class RanAnswer(Noun):
    """How a program ended that was run there; no code where it did not end by itself."""

    code: Annotated[int, Field(ge=-1000, le=1000)] | None
    output: Annotated[str, Field(max_length=1 << 19)]
    trouble: Words


class HostAnswer(Noun):
    """All that one answer can hold; what was asked for is there."""

    identity: IdentityAnswer
    checks: dict[str, Triple]
    digests: dict[str, DigestAnswer]
    ending: EndingAnswer | None = None
    processes: ProcessesAnswer | None = None
    baseline: BaselineAnswer | None = None
    ran: RanAnswer | None = None
    echo: Moment | None = None


def fault_of(body: dict[str, Any]) -> str | None:
    """What the program on the host says it failed at; None where it answered."""
    return plain(str(body["fault"]), 500) if "fault" in body else None


def understood(body: dict[str, Any], question: HostQuestion) -> HostAnswer:
    """The answer to a question. Raises MalformedAnswer."""
    try:
        answer = HostAnswer.model_validate(body)
    except ValidationError as error:
        raise MalformedAnswer(_words(error)) from None
    if question.scope is not None and answer.baseline is None:
        raise MalformedAnswer("the host's answer makes no sense: the baseline that was asked for is missing")
    if question.end_run is not None and answer.ending is None:
        raise MalformedAnswer("the host's answer makes no sense: it does not say what is left of the run")
    if question.program and answer.ran is None:
        raise MalformedAnswer("the host's answer makes no sense: it does not say how the program ended")
    if question.processes is not None and answer.processes is None:
        raise MalformedAnswer("the host's answer makes no sense: it does not say which processes live")
    if question.processes is not None and answer.processes is not None:
        named = {each.run for each in (*answer.processes.ended, *answer.processes.left)}
        if not named <= question.processes["runs"].keys():
            raise MalformedAnswer(
                "the host's answer makes no sense: it names processes of runs that it was not asked for"
            )
    return answer


def _words(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"the host's answer makes no sense: {plain(place, 100)}: {plain(first['msg'], 200)}"
