"""One `ssh` of OpenSSH as a child: its configuration and its log are in memory, and it can ask nobody."""

import os
import select
from collections.abc import Mapping

from orchestrator.adapters.process import Piped, spawn_piped
from orchestrator.adapters.ssh.askpass import AskPass
from orchestrator.adapters.ssh.ssh_log import SshLog
from orchestrator.domain.plan.ssh_config_text import visit_config
from orchestrator.domain.plan.target import Target

_PASSED_ON = ("PATH", "HOME", "USER", "LOGNAME", "SSH_AUTH_SOCK", "KRB5CCNAME", "TZ")
_PIECE = 1 << 18
Pieces = dict[str, bytes]
"""What came, by `output` and `complaints`; an empty piece is the end."""


class SshChild:
    """The child, with its pipes and its log."""

    def __init__(
        self,
        target: Target,
        command: str,
        connect: float,
        keep: tuple[str, int] | None = None,
        password: str | None = None,
    ) -> None:
        """`keep`: see `visit_config`; `password`: that of ssh."""
        self.log = SshLog()
        self._ask = None if password is None else AskPass(password)
        self._log_out, log_in = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        config = os.memfd_create("orch-ssh-config", os.MFD_CLOEXEC)
        try:
            # ssh closes what it inherits, and a jump host's ssh reads the configuration again: both go by our own /proc.
            own = f"/proc/{os.getpid()}/fd"
            text = visit_config(target, max(1, round(connect + 0.5)), keep, asks=self._ask is not None)
            os.write(config, text.encode())
            words = [
                "-E",
                f"{own}/{log_in}",
                "-F",
                f"{own}/{config}",
                "-T",
                "--",
                target.address,
                command,
            ]
            self._child: Piped = spawn_piped(["ssh", *words], environment=_environment(os.environ, self._ask))
        except BaseException:
            os.close(self._log_out)
            os.close(log_in)
            os.close(config)
            self._ask_no_more()
            raise
        self._log_in: int | None = log_in
        self._config: int | None = config
        self._poll = select.poll()
        self._open = {
            self._child.output: "output",
            self._child.complaints: "complaints",
            self._log_out: "log",
        }
        for descriptor in self._open:
            self._poll.register(descriptor, select.POLLIN)

    @property
    def running(self) -> bool:
        """Whether it still runs."""
        return self._child.running()

    def exit_code(self, seconds: float) -> int | None:
        """Its exit code; None where it does not end in time."""
        return self._child.exit_code(seconds)

    def close_input(self) -> None:
        """Say that nothing more comes."""
        self._child.close_input()

    def wait(self, seconds: float, letter: memoryview) -> tuple[Pieces, int]:
        """Read what is there, and write of the letter what goes: the pieces, and how many bytes were written.

        Waits up to `seconds` for either. What comes into the log is read on the way.
        """
        if letter:
            self._poll.register(self._child.input, select.POLLOUT)
        ready = dict(self._poll.poll(max(0, round(seconds * 1000))))
        if letter:
            self._poll.unregister(self._child.input)
        written = self._written(letter) if ready.pop(self._child.input, 0) else 0
        return self._pieces(ready), written

    def _written(self, letter: memoryview) -> int:
        try:
            return os.write(self._child.input, letter[:65536])
        except BrokenPipeError:
            return len(letter)  # ssh has ended: what it still says is read, and its end is seen there

    def _pieces(self, ready: Mapping[int, int]) -> Pieces:
        pieces: Pieces = {}
        for descriptor in ready:
            piece = os.read(descriptor, _PIECE)
            name = self._open[descriptor]
            if not piece:
                self._poll.unregister(descriptor)
                del self._open[descriptor]
            if name != "log":
                pieces[name] = piece
            elif piece:
                self._note(piece)
        return pieces

    def _note(self, piece: bytes) -> None:
        self.log.add(piece)
        if self._log_in is not None:  # ssh has it open itself by now
            os.close(self._log_in)
            self._log_in = None

    def settle(self) -> None:
        """The login is there: nobody reads the configuration any more."""
        if self._config is not None:
            os.close(self._config)
            self._config = None
        self._ask_no_more()

    def drain_log(self) -> None:
        """Read what is left of the log of a child that has ended."""
        while self._log_out in self._open:
            try:
                piece = os.read(self._log_out, _PIECE)
            except BlockingIOError:
                return
            if not piece:
                return
            self._note(piece)

    def end(self) -> None:
        """End it, and close everything."""
        self._child.end()
        for descriptor in (self._log_out, self._log_in, self._config):
            if descriptor is not None:
                os.close(descriptor)
        self._log_in = self._config = None
        self._ask_no_more()

    def _ask_no_more(self) -> None:
        if self._ask is not None:
            self._ask.close()
            self._ask = None


def _environment(caller: Mapping[str, str], ask: AskPass | None) -> dict[str, str]:
    passed = {name: caller[name] for name in _PASSED_ON if name in caller}
    return {**passed, "LC_ALL": "C", **({} if ask is None else ask.environment())}
