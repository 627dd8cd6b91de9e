"""What nodes can ask of the server over HTTP, without any web framework: seven questions, each signed by the node's key.

A request is signed over its path, time, nonce and body. Whoever signed is a node of one zone; nothing that it can ask writes
an event, reads a key, or concerns another zone.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, TypeVar

from pydantic import Field, ValidationError

from orchestrator.adapters.nodes.gateway import LONGEST_WAIT, MOST_OF_FRAME, Gateway
from orchestrator.domain.text.foreign_json import ForeignJsonError, read_object
from orchestrator.domain.text.model_base import Many, Name, Noun, Sha256
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.node_ports import Call, NodeBook, Party, Succession
from orchestrator.engine.ports import Clock
from orchestrator.errors import Conflict, OrchError, Refused, StoreFault

PATH = "/nodes/v1/"
MOST_BYTES = MOST_OF_FRAME * 4 // 3 + 4096
"""Bytes of a request."""
SKEW = 120.0
"""Seconds between the clocks of node and server."""
_NONCE = re.compile(r"[0-9a-f]{32}")
N = TypeVar("N", bound=Noun)
Verify = Callable[[Party, str, bytes], bool]
"""Whether that end signed this."""


class Enrolment(Noun):
    """`signature`: of the new key, over the token: whoever sends a public key has its private half."""

    token: Annotated[str, Field(pattern=r"^[\x21-\x7e]{20,200}$", repr=False)]
    party: Party
    signature: str


class Enrolled(Noun):
    """The server's keys, which the node pins, and the node's zone."""

    server: Party
    zone: Name


class TakeRequest(Noun):
    """A call, waited for; `new`: also one that any node of the zone may take."""

    seconds: Annotated[float, Field(ge=0, le=60)] = 0.0
    new: bool = True


class AnswerRequest(Noun):
    """The answer to a call."""

    call: Name
    frame: str


class ReportRequest(Noun):
    """A report of an attempt."""

    attempt: Name
    number: Annotated[int, Field(ge=0)]
    last: bool
    frame: str


class PartRequest(Noun):
    """A part of content."""

    digest: Sha256
    number: Annotated[int, Field(ge=0, le=1 << 20)]


class Nothing(Noun):
    """A question with nothing in it."""


class Successions(Noun):
    """Which keys of the server followed which."""

    successions: Many[Succession] = ()


class CallText(Noun):
    """A call as it goes to its node."""

    id: Name
    zone: Name
    frame: str
    attempt: str = ""
    content: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """Status, body and its type, for whichever framework serves it.

    `again`: a look that is worth another one within `wait` seconds, for there is nothing yet; None where this is the answer.
    """

    status: int
    body: bytes = b""
    media_type: str = "application/json"
    again: Callable[[], Reply] | None = None
    wait: float = 0.0


class NodeDoor:
    """`verify` verifies signatures; `server` is shown to nodes at their enrolment."""

    def __init__(
        self, gateway: Gateway, book: NodeBook, server: Callable[[], Party], verify: Verify, clock: Clock
    ) -> None:
        self._gateway, self._book, self._server = gateway, book, server
        self._verify, self._clock = verify, clock
        self._nonces: dict[str, float] = {}
        self._lock = threading.Lock()
        self._verbs: dict[str, Callable[[str, bytes], Reply]] = {
            "take": self._take,
            "owed": self._owed,
            "answer": self._answer,
            "report": self._report,
            "part": self._part,
            "successions": self._successions,
            "leave": self._leave,
        }

    def handle(self, verb: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Answer a POST to PATH + `verb`; `headers` have names in small letters. Never raises an error of orch's."""
        if len(body) > MOST_BYTES:
            return _error(413, f"at most {MOST_BYTES} bytes are taken")
        return self._guarded(lambda: self._answered(verb, headers, body))

    def _answered(self, verb: str, headers: Mapping[str, str], body: bytes) -> Reply:
        if verb == "enrol":
            return self._enrol(body)
        act = self._verbs.get(verb)
        if act is None:
            return _error(404, "nodes have no such question")
        return act(self._signer(verb, headers, body), body)

    def _signer(self, verb: str, headers: Mapping[str, str], body: bytes) -> str:
        """The enrolled node that signed the request, now and for the first time."""
        name, time = headers.get("orch-node", ""), headers.get("orch-time", "")
        nonce, signature = headers.get("orch-nonce", ""), headers.get("orch-signature", "")
        if not (time.isdigit() and len(time) < 12 and _NONCE.fullmatch(nonce)):
            raise _Unsigned("a request of a node carries its name, its time, a nonce and a signature")
        now = self._clock.now().timestamp()
        if abs(int(time) - now) > SKEW:
            raise _Unsigned(f"the clocks of node and server differ by more than {SKEW:.0f} s; set them")
        try:
            node = self._gateway.node(name[:100])
        except Refused as fault:
            raise _Unsigned(str(fault)) from None
        if not self._verify(node.party, signature, signed_text(verb, time, nonce, body)):
            raise _Unsigned(f"the request is not signed by the key of {node.party.name}")
        self._once(f"{node.party.name} {nonce}", now)
        return node.party.name

    def _once(self, nonce: str, now: float) -> None:
        with self._lock:
            self._nonces = {known: at for known, at in self._nonces.items() if now - at < 2 * SKEW + 1}
            if nonce in self._nonces:
                raise _Unsigned("the request was sent before")
            self._nonces[nonce] = now

    def _enrol(self, body: bytes) -> Reply:
        asked = _read(Enrolment, body)
        if not self._verify(asked.party, asked.signature, enrolment_text(asked.token, asked.party)):
            raise _Unsigned("the enrolment is not signed by the key that it brings")
        node = self._book.enrol(digest_of_token(asked.token), asked.party)
        return _json(Enrolled(server=self._server(), zone=node.zone))

    def _take(self, name: str, body: bytes) -> Reply:
        """Never waits: a node that waits for work holds no thread of the server."""
        asked = _read(TakeRequest, body)
        return self._taken(name, asked, min(asked.seconds, LONGEST_WAIT))

    def _taken(self, name: str, asked: TakeRequest, left: float) -> Reply:
        call = self._gateway.taken_now(name, new=asked.new)
        if call is not None:
            return _json(_text_of(call))
        return Reply(204, again=lambda: self._guarded(lambda: self._taken(name, asked, left)), wait=left)

    def _guarded(self, act: Callable[[], Reply]) -> Reply:
        try:
            return act()
        except (_Unsigned, _Malformed, OrchError) as fault:
            return _error(next(s for kind, s in _STATUS.items() if isinstance(fault, kind)), str(fault))

    def _owed(self, name: str, body: bytes) -> Reply:
        _read(Nothing, body)
        calls = [_text_of(call).model_dump(mode="json") for call in self._gateway.owed(name)]
        return Reply(200, json.dumps({"calls": calls}).encode())

    def _answer(self, name: str, body: bytes) -> Reply:
        asked = _read(AnswerRequest, body)
        self._gateway.answer(name, asked.call, _frame(asked.frame))
        return Reply(204)

    def _report(self, name: str, body: bytes) -> Reply:
        asked = _read(ReportRequest, body)
        self._gateway.report(name, asked.attempt, asked.number, _frame(asked.frame), last=asked.last)
        return Reply(204)

    def _part(self, name: str, body: bytes) -> Reply:
        asked = _read(PartRequest, body)
        part = self._gateway.part(name, asked.digest, asked.number)
        return Reply(204) if part is None else Reply(200, part, "application/octet-stream")

    def _successions(self, name: str, body: bytes) -> Reply:
        _read(Nothing, body)
        return _json(Successions(successions=tuple(self._gateway.successions(name))))

    def _leave(self, name: str, body: bytes) -> Reply:
        _read(Nothing, body)
        self._gateway.leave(name)
        return Reply(204)


class _Unsigned(Exception):
    """Nobody that is known signed it."""


class _Malformed(Exception):
    """It has another form."""


_STATUS: dict[type[Exception], int] = {
    _Unsigned: 401,
    _Malformed: 400,
    Conflict: 409,
    StoreFault: 503,
    OrchError: 403,
}


def signed_text(verb: str, time: str, nonce: str, body: bytes) -> bytes:
    """What a node signs of a request."""
    return f"orch node request 1\nPOST {PATH}{verb}\n{time}\n{nonce}\n{hashlib.sha256(body).hexdigest()}\n".encode()


def enrolment_text(token: str, party: Party) -> bytes:
    """What a new node signs."""
    return f"orch node enrolment 1\n{digest_of_token(token)}\n{party.name}\n{party.verify}\n{party.box}\n".encode()


def digest_of_token(token: str) -> str:
    """What the server keeps of a token."""
    return hashlib.sha256(f"orch node token\n{token}".encode()).hexdigest()


def token_for(secret: str, server: Party) -> str:
    """A token carries the digest of the server's keys, so that a new node knows the server before it speaks to it."""
    return f"orchn1.{secret}.{digest_of_party(server)}"


def digest_of_party(party: Party) -> str:
    """Of both public keys."""
    return hashlib.sha256(f"{party.verify} {party.box}".encode()).hexdigest()[:32]


def _text_of(call: Call) -> CallText:
    return CallText(
        id=call.id,
        zone=call.zone,
        frame=base64.b64encode(call.frame).decode("ascii"),
        attempt=call.attempt,
        content=call.content,
    )


def _frame(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise _Malformed("a frame is in base64") from None


def _read(kind: type[N], body: bytes) -> N:
    try:
        read_object(body, most_bytes=MOST_BYTES)
        return kind.model_validate_json(body)
    except ValidationError as fault:
        first = fault.errors(include_input=False, include_url=False)[0]
        raise _Malformed(
            f"{plain('.'.join(map(str, first['loc'])), 60)}: {plain(first['msg'], 120)}"
        ) from None
    except ForeignJsonError as fault:
        raise _Malformed(str(fault)) from None


def _json(noun: Noun) -> Reply:
    return Reply(200, noun.model_dump_json().encode())


def _error(status: int, words: str) -> Reply:
    return Reply(status, json.dumps({"words": plain(words, 500)}).encode())
