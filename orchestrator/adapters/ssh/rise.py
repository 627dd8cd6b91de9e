"""A login that becomes root with a password: it goes over the session's input when it is asked for, and nowhere else."""

import secrets

from orchestrator.adapters.ssh import program
from orchestrator.adapters.ssh.bounds import Bounds
from orchestrator.adapters.ssh.login import Login
from orchestrator.adapters.ssh.session import CutShort, Session
from orchestrator.domain.plan.inspection import BecomeSecret
from orchestrator.domain.plan.target import Target
from orchestrator.domain.text.plain_text import plain

_MOST_ASKED = 1


class _Prompts:
    """Answers the first prompt with the password; a second one says that it was refused."""

    def __init__(self, become: BecomeSecret, nonce: str) -> None:
        self._become = become
        self._ready = program.ready_mark(nonce).encode()
        self._ask = program.ask_mark(nonce).encode()
        self._answered = 0
        self.risen = False

    def answer(self, complaints: bytes) -> bytes | None:
        """What is to be written; None where nothing more is to be waited for."""
        if self._ready in complaints:
            self.risen = True
            return None
        if self._asked(complaints) <= self._answered:
            return b""
        self._answered += 1
        return None if self._answered > _MOST_ASKED else self._become.password.encode() + b"\n"

    def _asked(self, complaints: bytes) -> int:
        if self._become.method == "sudo":
            return complaints.count(self._ask)
        # The prompt of su is the system's own: a line that waits.
        return 1 if complaints and not complaints.endswith(b"\n") else 0


def risen_session(target: Target, bounds: Bounds, login: Login, become: BecomeSecret) -> Session | str:
    """A session whose command runs as root, or why the password does not get there. Raises Unreached."""
    nonce = secrets.token_hex(16)
    command = program.command_with_password(target.python, become.method, nonce)
    session = Session(target, command, bounds, login)
    prompts = _Prompts(become, nonce)
    try:
        complaints = session.exchange(bounds.quiet, prompts.answer)
    except CutShort as cut:
        session.close()
        return f"{become.method}: {cut}"
    if prompts.risen:
        return session
    session.close()
    words = [line for line in complaints.decode("utf-8", "replace").splitlines() if nonce not in line]
    last = plain(next((line for line in reversed(words) if line.strip()), ""), 200)
    return f"{become.method} refuses the password{f': {last}' if last else ''}"
