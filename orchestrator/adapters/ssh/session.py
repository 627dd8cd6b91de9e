"""One login to a target by OpenSSH: pinned host key, no prompts, bounded in time; what ssh says becomes words."""

import time
from collections.abc import Callable

from orchestrator.adapters.process import IDLE
from orchestrator.adapters.ssh.bounds import USUAL, Bounds
from orchestrator.adapters.ssh.conversation import ENDED, Broken, Conversation, CutShort
from orchestrator.adapters.ssh.login import USUAL_LOGIN, Login
from orchestrator.adapters.ssh.login_refused import Dead, NotPinned, Unreached, login_refused, unusable_key
from orchestrator.adapters.ssh.ssh_child import SshChild
from orchestrator.adapters.ssh.ssh_log import Stage
from orchestrator.domain.plan.ssh_config_text import may_be_kept
from orchestrator.domain.plan.target import Target

__all__ = ["Broken", "CutShort", "Dead", "NotPinned", "Session", "Unreached"]

_NO_ANSWER_IN_STAGE: dict[Stage, str] = {
    "begun": "no answer within {0:g} s",
    "connected": "no ssh within {0:g} s: the host says nothing more",
    "key_shown": "no login within {0:g} s",
    "logged_in": "no login within {0:g} s",
}
_NOTHING = memoryview(b"")


class Session:
    """A connection with a proved host key and a login, on which one command runs; it may stay for the next question."""

    def __init__(
        self, target: Target, command: str, bounds: Bounds = USUAL, login: Login = USUAL_LOGIN
    ) -> None:
        self.target = target
        self.bounds = bounds
        self.sent_at = 0.0
        self.no_root = ""
        self._stays = False
        self._used = False
        self._closed = False
        self._complaints = b""
        unusable = unusable_key(target)
        if unusable is not None:
            raise Unreached(unusable)
        kept = login.kept
        path = kept.new_socket() if kept is not None and may_be_kept(target) else None
        try:
            self._child = SshChild(
                target, command, bounds.connect, None if path is None else (path, IDLE), login.password
            )
        except OSError as error:
            raise Unreached(f"ssh cannot be started on this machine: {error.strerror}") from None
        try:
            self._log_in()
        except BaseException:
            self.close()
            raise
        if kept is not None and path is not None:
            kept.keep(f"{target.address}:{target.port}", path)
        self._child.settle()
        self.fingerprint = self._child.log.key.fingerprint if self._child.log.key is not None else ""

    @property
    def alive(self) -> bool:
        """Whether it may be used for another question."""
        return not self._closed and self._child.running

    @property
    def stays(self) -> bool:
        """Whether the program of an earlier conversation waits for the next letter."""
        return self._stays and self.alive

    def close(self) -> None:
        """End the connection."""
        if not self._closed:
            self._closed = True
            self._child.end()

    def _log_in(self) -> None:
        """Wait for the login; each step on the way has its time. Raises Unreached."""
        child, stage = self._child, self._child.log.stage
        jumps = 1 + len(self.target.way.hops)
        deadline = time.monotonic() + self.bounds.connect * jumps
        while not child.log.logged_in:
            if time.monotonic() > deadline:
                late = _NO_ANSWER_IN_STAGE[child.log.stage].format(self.bounds.connect * jumps)
                raise (Unreached if child.log.greeted else Dead)(late)
            pieces, _ = child.wait(deadline - time.monotonic(), _NOTHING)
            self._complaints = (self._complaints + pieces.get("complaints", b""))[-4096:]
            if child.log.stage != stage:
                stage, deadline = child.log.stage, time.monotonic() + self.bounds.connect * jumps
            if pieces.get("output") == b"" and not child.log.logged_in:
                child.exit_code(5.0)
                child.drain_log()
                if not child.log.logged_in:
                    raise login_refused(self.target, child.log, self._complaints, self.bounds.connect)

    def exchange(self, seconds: float, answer: Callable[[bytes], bytes | None]) -> bytes:
        """Before the first question: show what the command complains to `answer`, and write what that returns.

        Ends when `answer` returns None, or the command has ended: all complaints so far. Raises CutShort.
        """
        complaints, deadline, letter = b"", time.monotonic() + seconds, _NOTHING
        while True:
            pieces, written = self._child.wait(1.0, letter)
            letter = letter[written:]
            complaints = (complaints + pieces.get("complaints", b""))[-65536:]
            reply = answer(complaints) if pieces.get("complaints") else b""
            if reply is None or pieces.get("output") == b"":
                return complaints
            letter = memoryview(bytes(letter) + reply)
            if time.monotonic() > deadline:
                raise CutShort(f"nothing became of the password within {seconds:g} s")

    def converse(
        self,
        letter: bytes,
        seconds: float,
        arrived: Callable[[bytes], bool],
        *,
        echo: bool = False,
        stay_after: bytes = b"",
        most: int | None = None,
    ) -> tuple[bytes, int, bytes]:
        """Give the command this input: its output, exit code (-1: none) and the end of its complaints.

        Each piece of output is shown to `arrived` as it comes; with `echo`, the one that it finds to be a greeting is
        answered by an empty line. `sent_at` is when we last wrote. With `stay_after` the conversation is over when these
        bytes have come, and the program stays for the next letter. `most`: bytes of the output, by default those of
        `bounds`. Raises CutShort.
        """
        if self._used and not self.stays:
            raise Broken(ENDED)
        conversation = Conversation(
            child=self._child,
            bounds=self.bounds,
            letter=memoryview(letter),
            seconds=seconds,
            arrived=arrived,
            echo=echo,
            stay_after=stay_after,
            most=most or self.bounds.answer,
            again=self._used,
        )
        self._used, self._stays = True, False
        try:
            return conversation.answer()
        except OSError as error:
            raise Broken(f"the connection broke: {error.strerror}") from None
        finally:
            self.sent_at, self._stays = conversation.sent_at, conversation.stays
