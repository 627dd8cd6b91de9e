"""The ports between drivers and the nodes of zones: jobs, sealed frames, and whom frames are of (docs/adr/0118)."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from orchestrator.domain.text.model_base import Name, Noun

JobKind = Literal["drive", "call"]
JobState = Literal["waiting", "taken", "over"]

DRIVE = "drive"
"""The queue of deployments that are to be driven."""
PART = 1 << 20
"""Bytes of a part of shared content."""
ONE_SUCCESSOR = (
    "The server's keys were replaced already, by those of another home: copy its folder `nodes` here."
)


def queue_of_zone(zone: str) -> str:
    """The queue from which any node of the zone takes."""
    return f"zone:{zone}"


def queue_of_node(node: str) -> str:
    """The queue of what only this node can do."""
    return f"node:{node}"


@dataclass(frozen=True, slots=True)
class Job:
    """A job that a worker has taken. `subject`: the deployment that is driven, or the id of a call."""

    number: int
    kind: JobKind
    queue: str
    subject: str
    attempts: int = 0


class JobQueue(ABC):
    """Jobs, each of which one worker takes; nothing is taken twice unless somebody puts it back."""

    @abstractmethod
    def put(
        self, kind: JobKind, queue: str, subject: str, *, lock: str | None = None, once: bool = False
    ) -> int | None:
        """Put a job, durable on return; its number. Of jobs with one lock only one is taken at a time.

        `once`: None, and nothing is put, where a job with this lock waits already. Raises StoreFault, as all of these.
        """

    @abstractmethod
    def enter(self) -> int:
        """Register a worker; its number. It counts as gone when it is not heard of any more."""

    @abstractmethod
    def beat(self, worker: int) -> bool:
        """The worker is there. False where it counts as gone: it has to enter again."""

    @abstractmethod
    def leave(self, worker: int) -> None:
        """The worker has ended by itself."""

    @abstractmethod
    def take(self, worker: int, queues: Sequence[str]) -> Job | None:
        """The oldest job that can be taken from these queues; None where there is none."""

    @abstractmethod
    def finish(self, job: int, *, well: bool = True) -> None:
        """A job is over; one that is over already stays as it is."""

    @abstractmethod
    def cancel(self, job: int) -> bool:
        """Take back a job that nobody has taken; True where nobody ever will."""

    @abstractmethod
    def put_back(self, job: int, seconds: float = 0.0) -> None:
        """A job that was taken waits again, in `seconds` at the earliest."""

    @abstractmethod
    def state(self, job: int) -> JobState:
        """Where a job stands; one that nobody knows is over."""

    @abstractmethod
    def held(self, lock: str) -> bool:
        """Whether a job with this lock waits or is taken."""

    @abstractmethod
    def stalled(self, queue: str, seconds: float) -> list[Job]:
        """Jobs of the queue whose worker was not heard of for so long."""


class Party(Noun):
    """One end of frames, by its public keys in hexadecimal digits: `verify` (Ed25519) and `box` (X25519)."""

    name: Name
    verify: str
    box: str


class Succession(Noun):
    """The server has new keys, by the word of the ones before: `signature` is of the key `before`."""

    before: str
    after: Party
    signature: str


def succession_text(before: str, after: Party) -> bytes:
    """What the key `before` signs of the keys that follow it."""
    return f"orch server keys 1\n{before}\n{after.verify}\n{after.box}\n".encode()


class FrameKeys(ABC):
    """The private keys of one end."""

    @property
    @abstractmethod
    def party(self) -> Party:
        """This end, for the others."""

    @abstractmethod
    def seal(self, content: bytes, to: Sequence[Party], about: bytes = b"") -> bytes:
        """A frame signed by this end that only these ends can open. `about`: what both ends know it to be about."""

    @abstractmethod
    def open(self, frame: bytes, by: Party, about: bytes = b"") -> bytes:
        """What that end sealed to this one. Raises Refused where it is of another, about something else, or damaged."""

    @abstractmethod
    def sign(self, content: bytes) -> str:
        """The signature in hexadecimal digits."""


class Node(Noun):
    """An enrolled node. `draining`: it takes nothing new; `gone`: its keys count no more."""

    party: Party
    zone: Name
    enrolled_at: datetime
    enrolled_by: str
    draining: bool = False
    gone: bool = False


@dataclass(frozen=True, slots=True)
class NodeSeen:
    """A node, and how many seconds ago it was heard of by the store's clock; None: never."""

    node: Node
    silent: float | None
    heard_at: datetime | None = None


class NodeBook(ABC):
    """Which nodes are enrolled, and the tokens by which they can be."""

    @abstractmethod
    def invite(self, digest: str, zone: str, by: str, seconds: float) -> None:
        """Note the digest of a one-time token, good for so long by the store's clock."""

    @abstractmethod
    def enrol(self, digest: str, party: Party) -> Node:
        """Enrol a node by its token, which is used up. Raises Refused: no such token, used, over, or the name is taken."""

    @abstractmethod
    def node(self, name: str) -> Node:
        """An enrolled node. Raises NotFound."""

    @abstractmethod
    def nodes(self) -> list[NodeSeen]:
        """All, by zone and name."""

    @abstractmethod
    def change(self, name: str, *, draining: bool | None = None, gone: bool | None = None) -> None:
        """Drain a node or let it take again; or let its keys count no more. Raises NotFound."""

    @abstractmethod
    def hear(self, name: str) -> None:
        """The node was heard of now."""

    @abstractmethod
    def succeed(self, succession: Succession) -> None:
        """Have nodes learn the server's new keys. A key has one successor: raises Refused where it has another."""

    @abstractmethod
    def successions(self) -> list[Succession]:
        """All, in the order in which they were made."""


@dataclass(frozen=True, slots=True)
class Call:
    """A sealed frame to a zone. `attempt`: the one that it begins; `content`: the digest of what it needs; else empty.

    `taken_by`: the node that took it; `job`: its job, None where whoever wrote it died in between.
    """

    id: str
    zone: str
    queue: str
    frame: bytes
    attempt: str = ""
    content: str = ""
    job: int | None = None
    taken_by: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A sealed frame of a node. `number` counts the reports of an attempt."""

    node: str
    frame: bytes
    number: int = 0
    last: bool = False


@dataclass(frozen=True, slots=True)
class OpenCall:
    """A call that is not over: nobody has taken or answered it, or its attempt goes on. `age`: seconds since it was made.

    `node`: the queue of the only node that may take it; empty where any of its zone may.
    """

    zone: str
    node: str
    attempt: str
    taken_by: str
    age: float


QUESTION_SECONDS = 1200.0
"""Seconds after which nobody waits for the answer to a question any more, whose driver may have died."""


class Exchange(ABC):
    """Frames on their way, and shared content by its digest. It sees who, to whom and when, and no content of a frame."""

    @abstractmethod
    def put(self, call: Call) -> bool:
        """Keep a call, durable on return; False where there is one of this id, which stays. Raises StoreFault, as all."""

    @abstractmethod
    def note_job(self, call: str, job: int) -> None:
        """The job of a call."""

    @abstractmethod
    def call(self, call: str) -> Call | None:
        """A call."""

    @abstractmethod
    def begun(self, attempt: str) -> Call | None:
        """The call that begins an attempt."""

    @abstractmethod
    def take(self, call: str, node: str) -> Call | None:
        """The call, now of this node; None where it is another's, was answered, or is not there any more."""

    @abstractmethod
    def taken(self, node: str) -> list[Call]:
        """Calls of the node that it has not answered; and those of attempts whose last report it has not made."""

    @abstractmethod
    def answer(self, call: str, answer: Answer) -> bool:
        """Keep the answer to a call; False where there is one, which stays, or no such call."""

    @abstractmethod
    def answer_to(self, call: str) -> Answer | None:
        """The answer to a call."""

    @abstractmethod
    def report(self, attempt: str, report: Answer) -> None:
        """Replace the report of an attempt by one with a greater number; the last one stays."""

    @abstractmethod
    def report_of(self, attempt: str, known: int = -1) -> Answer | None:
        """The newest report of an attempt; without its content where it has the number that is `known`."""

    @abstractmethod
    def open_calls(self) -> list[OpenCall]:
        """Calls that are not over, the oldest first; of nodes that are gone none."""

    @abstractmethod
    def drop(self, call: str) -> None:
        """Forget a call and its answer."""

    @abstractmethod
    def tidy(self, days: float) -> None:
        """Forget calls and reports of attempts that ended so long ago, calls without any, and content that none needs."""

    @abstractmethod
    def share(self, digest: str, parts: Iterable[bytes]) -> None:
        """Keep content in parts of PART bytes; content that is there stays."""

    @abstractmethod
    def has(self, digest: str) -> bool:
        """Whether the content is there, whole."""

    @abstractmethod
    def part(self, digest: str, number: int) -> bytes | None:
        """A part of content, from 0; None beyond its end, or where it is not there."""
