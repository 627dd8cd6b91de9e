"""Drivers as processes: each deployment is driven by its own `orch resume`."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from orchestrator.engine.ports import Drivers
from orchestrator.errors import StoreFault


class Spawn(Protocol):
    """Starts a program that outlives this process. Returns what tells how it ended."""

    def __call__(self, arguments: Sequence[str], *, environment: Mapping[str, str], log: Path) -> "Child": ...


class Child(Protocol):
    """A program that was started: its exit code or None, and a way to ask it to end."""

    def __call__(self) -> int | None: ...

    def end(self) -> None:
        """Ask it to end."""

    def kill(self) -> None:
        """End it at once."""


class DriverProcesses(Drivers):
    """Drivers write to `driven/DEPLOYMENT.log` below the home: the JSON lines of `orch resume`, and errors."""

    def __init__(
        self,
        home: Path,
        spawn: Spawn,
        key: Path | None = None,
        ansible: Path | None = None,
        become_file: Path | None = None,
    ) -> None:
        """`key`: the file of the key that drivers sign with; `ansible`: the Ansible that they use; where one is named.

        `become_file`: where they read the password to become root.
        """
        self._home = home
        self._spawn = spawn
        self._key = key
        self._ansible = ansible
        self._become_file = become_file
        self._ended: dict[str, Child] = {}

    def begin(self, deployment: str, by: str) -> None:
        """Start `orch resume` in its own process. Raises StoreFault if its output cannot be kept."""
        log = self.log(deployment)
        command = [sys.executable, "-m", "orchestrator", "resume", deployment, "--json", "--by", by]
        command += [] if self._key is None else ["--key", str(self._key)]
        command += [] if self._ansible is None else ["--ansible", str(self._ansible)]
        if self._become_file is not None:
            command += ["--become-password-file", str(self._become_file)]
        try:
            log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._ended[deployment] = self._spawn(
                command, environment={**os.environ, "ORCH_HOME": str(self._home)}, log=log
            )
        except OSError as error:
            raise StoreFault(f"{log} cannot be written ({error.strerror}); make room, then again.") from None

    def alive(self, deployment: str) -> bool:
        """Whether the driver that this process started still runs."""
        ended = self._ended.get(deployment)
        return ended is not None and ended() is None

    def end(self, deployment: str) -> None:
        """Ask the driver that this process started to end."""
        ended = self._ended.get(deployment)
        if ended is not None and ended() is None:
            ended.end()

    def kill(self, deployment: str) -> None:
        """End the driver that this process started at once, also where it stands still."""
        ended = self._ended.get(deployment)
        if ended is not None and ended() is None:
            ended.kill()

    def last_words(self, deployment: str) -> str:
        """The last line of the driver's output that is not JSON: its error."""
        try:
            lines = self.log(deployment).read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return ""
        return next((line for line in reversed(lines[-50:]) if line and not line.startswith("{")), "")

    def log(self, deployment: str) -> Path:
        """The file of the driver's output."""
        return self._home / "driven" / f"{deployment}.log"
