"""Drivers as processes: each deployment that is begun beside others is driven by an `orch resume` of its own."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from orchestrator.engine.ports import Drivers
from orchestrator.errors import StoreFault


class Spawn(Protocol):
    """Starts a program that outlives this process; gives what tells how it ended."""

    def __call__(
        self, arguments: Sequence[str], *, environment: Mapping[str, str], log: Path
    ) -> Callable[[], int | None]: ...


class DriverProcesses(Drivers):
    """What they say goes to `driven/DEPLOYMENT.log` below the home: the JSON lines of `orch resume`, and faults."""

    def __init__(self, home: Path, spawn: Spawn) -> None:
        self._home = home
        self._spawn = spawn
        self._ended: dict[str, Callable[[], int | None]] = {}

    def begin(self, deployment: str, by: str) -> None:
        """Raises StoreFault where its output cannot be kept."""
        log = self.log(deployment)
        command = [sys.executable, "-m", "orchestrator", "resume", deployment, "--json", "--by", by]
        try:
            log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._ended[deployment] = self._spawn(
                command, environment={**os.environ, "ORCH_HOME": str(self._home)}, log=log
            )
        except OSError as error:
            raise StoreFault(f"{log} cannot be written ({error.strerror}); make room, then again.") from None

    def alive(self, deployment: str) -> bool:
        """Whether the process that this one began still runs."""
        ended = self._ended.get(deployment)
        return ended is not None and ended() is None

    def last_words(self, deployment: str) -> str:
        """The last line of its output that is no JSON: what it stumbled over."""
        try:
            lines = self.log(deployment).read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return ""
        return next((line for line in reversed(lines[-50:]) if line and not line.startswith("{")), "")

    def log(self, deployment: str) -> Path:
        """Where its output is kept."""
        return self._home / "driven" / f"{deployment}.log"
