"""What is in frames: questions of a driver, and answers and reports of a node. All of it is validated where it is opened."""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from orchestrator.domain.evidence.attempt import AttemptRequest, Isolation, RunIsolation
from orchestrator.domain.evidence.attempt_sighting import Sighting, TaskSeen
from orchestrator.domain.evidence.baseline import Baseline, BaselineScope
from orchestrator.domain.evidence.left_process import ProcessesSeen, ProcessSearch
from orchestrator.domain.plan.check import Check, CheckResult
from orchestrator.domain.plan.inspection import BecomeSecret
from orchestrator.domain.plan.target import Ending, Identity, Silence, Target
from orchestrator.domain.text.foreign_json import ForeignJsonError, read_json
from orchestrator.domain.text.model_base import HostName, Many, Name, Noun, Seconds, Sha256
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import Refused

MOST_BYTES = 48 << 20
"""Bytes of what is in a frame."""
T = TypeVar("T")


class CarriedFile(Noun):
    """A file that a driver's paths lead to: a key, a password, pinned host keys. `content`: its bytes in base64."""

    path: str
    content: Annotated[str, Field(repr=False)]
    executable: bool = False


class CarriedTree(Noun):
    """The folder `place` of the driver as an archive of these bytes, which nodes fetch once by its digest."""

    place: str
    digest: Sha256
    size: Annotated[int, Field(ge=0)]


class StartRun(Noun):
    """Begin this attempt. `passed`: what it sees of the environment; `become`: the password to become root that a person gave.

    `core`: the ansible-core that the deployment began with; empty where nobody said.
    """

    kind: Literal["start"] = "start"
    request: AttemptRequest
    passed: Annotated[dict[str, str], Field(repr=False)] = {}
    become: Annotated[str | None, Field(repr=False)] = None
    core: str = ""


class StopRun(Noun):
    """End this attempt's processes on the node. `isolation`: what is on record of it, for one whose files are gone."""

    kind: Literal["stop"] = "stop"
    attempt: Name
    isolation: Isolation | None = None


class AskIsolation(Noun):
    """What a run that begins now would be shut off by."""

    kind: Literal["isolation"] = "isolation"
    image: str | None = None
    acts_here: bool = False


class Hosts(Noun):
    """Those of a visit, and the passwords for them."""

    targets: Many[Target]
    become: Annotated[dict[HostName, BecomeSecret], Field(repr=False)] = {}
    logins: Annotated[dict[HostName, str], Field(repr=False)] = {}


class Visit(Noun):
    """Every visit."""

    hosts: Hosts


class Verify(Visit):
    """The results of these checks. `project`: the folder that their paths are relative to."""

    kind: Literal["verify"] = "verify"
    checks: Many[Check]
    project: str


class VerifyUnits(Visit):
    """Whether files have these digests."""

    kind: Literal["units"] = "units"
    digests: dict[str, str]
    title: str


class Capture(Visit):
    """The baselines."""

    kind: Literal["capture"] = "capture"
    scope: BaselineScope


class EndRun(Visit):
    """End a run's processes on the hosts."""

    kind: Literal["end"] = "end"
    run: Name
    patience: Seconds


class ProcessesOf(Visit):
    """Look for processes of runs."""

    kind: Literal["processes"] = "processes"
    search: ProcessSearch


class Identify(Visit):
    """The machines behind the names."""

    kind: Literal["identify"] = "identify"


class Release(Visit):
    """Let machines of a house go."""

    kind: Literal["release"] = "release"
    house: str


AnyVisit = Verify | VerifyUnits | Capture | EndRun | ProcessesOf | Identify | Release
Question = Annotated[
    StartRun | StopRun | AskIsolation | AnyVisit,
    Field(discriminator="kind"),
]


class Sealed(Noun):
    """A question with what it needs, for a zone; `id` is that of its call, so that a frame counts for one call only."""

    id: Name
    zone: Name
    deployment: str = ""
    question: Question
    files: Many[CarriedFile] = ()
    tree: CarriedTree | None = None


Trouble = Literal["lacks", "store", "refused", "broken"]


class Failed(Noun):
    """The node could not do it, in words."""

    trouble: Trouble
    words: str


class Results(Noun):
    """Those of checks; `dead`: hosts that gave no answer of any kind, each with why."""

    results: Many[CheckResult]
    dead: dict[HostName, str] = {}


class Baselines(Noun):
    """By host; or why there is none."""

    baselines: dict[HostName, Baseline | str]
    dead: dict[HostName, str] = {}


class Endings(Noun):
    """By host."""

    endings: dict[HostName, Ending | Silence]


class Processes(Noun):
    """By host."""

    processes: dict[HostName, ProcessesSeen | Silence]


class Identities(Noun):
    """By host."""

    identities: dict[HostName, Identity | str]
    dead: dict[HostName, str] = {}


class Begun(Noun):
    """The attempt was begun, now or before."""

    attempt: Name


class Stopped(Noun):
    """Whether it is proved that nothing of the attempt is left on the node."""

    gone: bool


class Report(Noun):
    """What a node sees of an attempt, and its tasks up to now."""

    sighting: Sighting
    tasks: Many[TaskSeen] = ()


class NodeAnswer(Noun):
    """An answer, with the id of its call, so that it counts for that one only."""

    id: str
    failed: Failed | None = None
    results: Results | None = None
    baselines: Baselines | None = None
    endings: Endings | None = None
    processes: Processes | None = None
    identities: Identities | None = None
    begun: Begun | None = None
    stopped: Stopped | None = None
    isolation: RunIsolation | None = None


_SEALED = TypeAdapter[Sealed](Sealed)
_ANSWER = TypeAdapter[NodeAnswer](NodeAnswer)
_REPORT = TypeAdapter[Report](Report)


def read_question(content: bytes) -> Sealed:
    """What a driver asks. Raises Refused."""
    return _read(_SEALED, content, "a driver's question")


def read_answer(content: bytes) -> NodeAnswer:
    """What a node answers. Raises Refused."""
    return _read(_ANSWER, content, "a node's answer")


def read_report(content: bytes) -> Report:
    """What a node reports. Raises Refused."""
    return _read(_REPORT, content, "a node's report")


def _read(adapter: TypeAdapter[T], content: bytes, what: str) -> T:
    try:
        read_json(content, most_bytes=MOST_BYTES)  # measured before it is parsed
        return adapter.validate_json(content)
    except ValidationError as fault:
        first = fault.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise Refused(
            f"{what} is not of its form: {plain(where, 100)}: {plain(first['msg'], 200)}."
        ) from None
    except (ForeignJsonError, ValueError) as fault:
        raise Refused(f"{what} cannot be read: {plain(str(fault), 200)}.") from None
