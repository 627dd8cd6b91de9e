"""One question and one answer: the request is sent, the program runs, and what came back is whole or said not to be."""

import re
import secrets
import time
from typing import NamedTuple

from orchestrator.adapters.ssh import program
from orchestrator.adapters.ssh.answers import Answered, HostQuestion, Unanswered
from orchestrator.adapters.ssh.bounds import USUAL, Bounds
from orchestrator.adapters.ssh.host_answer import HostAnswer, MalformedAnswer, fault_of, understood
from orchestrator.adapters.ssh.login import USUAL_LOGIN, Login
from orchestrator.adapters.ssh.on_target.frame import end_mark
from orchestrator.adapters.ssh.rise import risen_session
from orchestrator.adapters.ssh.session import Broken, CutShort, Dead, NotPinned, Session, Unreached
from orchestrator.adapters.ssh.unframe import BadFrame, unframe
from orchestrator.domain.plan.target import Identity, Target
from orchestrator.domain.text.plain_text import plain

_OLD_PYTHON = re.compile(rb"ORCH-OLD-PYTHON (\d+\.\d+\.\d+)")
_NOT_FOUND = (126, 127)


class _Hello:
    """Notes when the program's first line arrived, and what time it was there."""

    def __init__(self, nonce: str) -> None:
        self.pattern = re.compile(rb"ORCH-HELLO " + nonce.encode("ascii") + rb" (\d{1,12}\.\d{1,9})\n")
        self.begun = b""
        self.there: float | None = None
        self.arrived_at = 0.0

    def arrived(self, piece: bytes) -> bool:
        """Whether this piece brought it."""
        if self.there is not None or len(self.begun) > 1 << 20:
            return False
        self.begun += piece
        match = self.pattern.search(self.begun)
        if match is not None:
            self.there, self.arrived_at = float(match[1]), time.time()
        return match is not None


def ask(
    target: Target, question: HostQuestion, bounds: Bounds = USUAL, login: Login = USUAL_LOGIN
) -> Answered | Unanswered:
    """Ask one target over a connection of its own; never raises for what a host does."""
    session = connected(target, bounds, login)
    if isinstance(session, Unanswered):
        return session
    try:
        return ask_over(session, question)
    finally:
        session.close()


def connected(target: Target, bounds: Bounds = USUAL, login: Login = USUAL_LOGIN) -> Session | Unanswered:
    """A new connection to the target, or why there is none; where root refuses the password, one without root."""
    root = target.user == "root"
    try:
        if login.become is None or root:
            return Session(target, program.command(target.python, root=root), bounds, login)
        risen = risen_session(target, bounds, login, login.become)
        if isinstance(risen, Session):
            return risen
        session = Session(
            target, program.command(target.python, root=False), bounds, login._replace(kept=None)
        )
        session.no_root = risen
        return session
    except Unreached as unreached:
        return Unanswered(
            plain(str(unreached), 500),
            not_pinned=isinstance(unreached, NotPinned),
            dead=isinstance(unreached, Dead),
        )


def ask_over(session: Session, question: HostQuestion, *, stay: bool = False) -> Answered | Unanswered:
    """Ask over a connection; with `stay` the program on the target, once started, serves the next question too."""
    try:
        return _asked(session, question, stay=stay)
    except CutShort as cut:
        return Unanswered(plain(str(cut), 500), reached=True, broken=isinstance(cut, Broken))


class Reply(NamedTuple):
    """What came of one conversation: the bytes, the exit code (-1: none), the end of the complaints, and when.

    `there`: the time of the host's greeting by its own clock, None where it brought none; `arrived_at` and `sent_at` by ours.
    """

    output: bytes
    code: int
    errors: bytes
    fingerprint: str
    there: float | None
    arrived_at: float
    sent_at: float


def _asked(session: Session, question: HostQuestion, *, stay: bool) -> Answered | Unanswered:
    nonce = secrets.token_hex(16)
    hello = _Hello(nonce)
    request = question.request(nonce, stay=stay)
    letter = program.next_letter(request) if session.stays else program.letter(request)
    bounds = session.bounds
    spoken = session.converse(
        letter,
        question.seconds + 30,
        hello.arrived,
        echo=question.echo,
        stay_after=end_mark(nonce) if stay else b"",
        most=bounds.answer if question.large else min(bounds.answer, bounds.small_answer),
    )
    output, code, errors = spoken
    if session.no_root:
        errors = session.no_root.encode()
    reply = Reply(output, code, errors, session.fingerprint, hello.there, hello.arrived_at, session.sent_at)
    return read_reply(session.target, question, nonce, reply)


def read_reply(target: Target, question: HostQuestion, nonce: str, reply: Reply) -> Answered | Unanswered:
    """What a reply says; whatever is in it, this raises nothing."""
    try:
        body = unframe(nonce, reply.output)
    except BadFrame as bad:
        return _silence(target, bad, reply.output, reply.code, reply.errors)
    fault = fault_of(body)
    if fault is not None or reply.there is None:
        return Unanswered(fault or "the answer came without its beginning", reached=True)
    try:
        answer = understood(body, question)
    except MalformedAnswer as malformed:
        return Unanswered(str(malformed), reached=True)
    return _answered(target, answer, reply, reply.there)


def _answered(target: Target, answer: HostAnswer, reply: Reply, there: float) -> Answered:
    no_root = f"root cannot be had: {plain(_last_line(reply.errors), 200)}"
    without_root = "" if answer.identity.is_root else no_root
    identity = Identity(
        host=target.host,
        machine_id=plain(answer.identity.machine_id, 100) or f"host-key:{reply.fingerprint}",
        host_key_sha256=reply.fingerprint,
        boot_id=plain(answer.identity.boot_id, 100),
        epoch=answer.identity.epoch,
        house=plain(answer.identity.house, 64),
        stores={plain(store, 64): int(epoch) for store, epoch in answer.identity.stores.items()},
        without_root=without_root,
        noise=_noise(reply.output),
    )
    return Answered(
        body=answer,
        identity=identity,
        user=plain(answer.identity.user, 100),
        ahead_least=there - reply.arrived_at,
        ahead_most=(answer.echo or there) - reply.sent_at,
        without_root=without_root,
    )


def _noise(output: bytes) -> str:
    """What stands in one line with whatever a task prints: text before the greeting that no line's end follows."""
    before, _, _ = output.partition(b"\nORCH-HELLO ")
    last = before.rpartition(b"\n")[2]
    return plain(last.decode("utf-8", "backslashreplace"), 100)


def _last_line(errors: bytes) -> str:
    lines = errors.decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else "sudo was refused"


def _silence(target: Target, bad: BadFrame, output: bytes, code: int, errors: bytes) -> Unanswered:
    """What a missing answer means: no Python, one that is too old, or an answer that was cut or polluted."""
    old = _OLD_PYTHON.search(output)
    if old is not None:
        version = old[1].decode("ascii")
        return Unanswered(
            f"{target.python} is Python {version}; 3.8 or later is needed", reached=True, python=version
        )
    if b"nknown option" in errors:  # Python 2 does not know how to be isolated
        return Unanswered(f"{target.python} is older than Python 3.8", reached=True, python="older than 3.8")
    last_words = plain(errors[-300:].decode("utf-8", "replace"), 200)
    if code in _NOT_FOUND:
        return Unanswered(
            f"{target.python} cannot be run: {last_words}", reached=True, python=f"no {target.python}"
        )
    return Unanswered(
        plain(f"{bad} (exit code {code}{': ' + last_words if last_words else ''})", 500), reached=True
    )
