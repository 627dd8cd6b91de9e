"""One question and one answer: the request is sent, the program runs, and what came back is whole or said not to be."""

import re
import secrets
import time

from orchestrator.adapters.ssh import program
from orchestrator.adapters.ssh.answers import Answered, HostQuestion, Unanswered
from orchestrator.adapters.ssh.bounds import USUAL, Bounds
from orchestrator.adapters.ssh.on_target.frame import end_mark
from orchestrator.adapters.ssh.session import Broken, CutShort, NotPinned, Session, Unreached
from orchestrator.adapters.ssh.unframe import BadFrame, unframe
from orchestrator.domain.plan.target import Identity, Target
from orchestrator.domain.text.plain_text import plain

_OLD_PYTHON = re.compile(rb"ORCH-OLD-PYTHON (\d+\.\d+\.\d+)")
_NOT_FOUND = (126, 127)


class _Hello:
    """Notes when the program's first line arrived, and what time it was there."""

    def __init__(self, nonce: str) -> None:
        self.pattern = re.compile(rb"ORCH-HELLO " + nonce.encode("ascii") + rb" (\d+\.\d+)\n")
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


def ask(target: Target, question: HostQuestion, bounds: Bounds = USUAL) -> Answered | Unanswered:
    """Ask one target over a connection of its own; never raises for what a host does."""
    session = connected(target, bounds)
    if isinstance(session, Unanswered):
        return session
    try:
        return ask_over(session, question)
    finally:
        session.close()


def connected(target: Target, bounds: Bounds = USUAL) -> Session | Unanswered:
    """A new connection to the target, or why there is none."""
    try:
        return Session(target, bounds)
    except Unreached as unreached:
        return Unanswered(plain(str(unreached), 500), not_pinned=isinstance(unreached, NotPinned))


def ask_over(session: Session, question: HostQuestion, *, stay: bool = False) -> Answered | Unanswered:
    """Ask over a connection; with `stay` the program on the target, once started, serves the next question too."""
    try:
        return _asked(session, question, stay=stay)
    except CutShort as cut:
        return Unanswered(plain(str(cut), 500), reached=True, broken=isinstance(cut, Broken))


def _asked(session: Session, question: HostQuestion, *, stay: bool) -> Answered | Unanswered:
    nonce = secrets.token_hex(16)
    hello = _Hello(nonce)
    request = question.request(nonce, stay=stay)
    letter = program.next_letter(request) if session.stays else program.letter(request)
    command = program.command(session.target.python, root=session.target.user == "root")
    output, code, errors = session.converse(
        command,
        letter,
        question.seconds + 30,
        hello.arrived,
        echo=question.echo,
        stay_after=end_mark(nonce) if stay else b"",
    )
    try:
        body = unframe(nonce, output)
    except BadFrame as bad:
        return _silence(session.target, bad, output, code, errors)
    if "fault" in body or hello.there is None:
        return Unanswered(
            plain(str(body.get("fault", "the answer came without its beginning")), 500), reached=True
        )
    identity_fields = body["identity"]
    identity = Identity(
        host=session.target.host,
        machine_id=plain(identity_fields["machine_id"], 100) or f"host-key:{session.fingerprint}",
        host_key_sha256=session.fingerprint,
        boot_id=plain(identity_fields["boot_id"], 100),
        epoch=identity_fields["epoch"] if isinstance(identity_fields["epoch"], int) else None,
    )
    most = (body.get("echo") or hello.there) - session.sent_at
    return Answered(
        body=body,
        identity=identity,
        user=plain(identity_fields["user"], 100),
        ahead_least=hello.there - hello.arrived_at,
        ahead_most=most,
        without_root=""
        if identity_fields["is_root"]
        else f"root cannot be had: {plain(_last_line(errors), 200)}",
    )


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
    return Unanswered(f"{bad} (exit code {code}{': ' + last_words if last_words else ''})", reached=True)
