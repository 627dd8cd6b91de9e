"""Senders as processes: each deployment's messages are sent by an `orch messages send` of its own."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from orchestrator.engine.messaging_ports import Senders

NICE = ("nice", "-n", "10")
"""A message waits for the deployment, and not the other way."""


class Spawn(Protocol):
    """Starts a program that outlives this process. Returns a function that tells how it ended."""

    def __call__(
        self, arguments: Sequence[str], *, environment: Mapping[str, str], log: Path
    ) -> Callable[[], int | None]: ...


class SenderProcesses(Senders):
    """Senders write what they did to `driven/messages.log` below the home."""

    def __init__(self, home: Path, spawn: Spawn) -> None:
        self._home, self._spawn = home, spawn
        self._begun: dict[str, Callable[[], int | None]] = {}

    def begin(self, deployment: str, *, last: bool = False) -> bool:
        """See the port."""
        ended = self._begun.get(deployment)
        if not last and ended is not None and ended() is None:
            return False
        log = self._home / "driven" / "messages.log"
        command = [*NICE, sys.executable, "-m", "orchestrator", "messages", "send", deployment]
        try:
            log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            environment = {**os.environ, "ORCH_HOME": str(self._home)}
            self._begun[deployment] = self._spawn(command, environment=environment, log=log)
        except OSError:
            # No room, or no process left: the next step, or run-due, tries again.
            return False
        return True
