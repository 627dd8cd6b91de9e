"""Deliveries to CMDBs outside as processes: each is an `orch cmdb deliver` of its own."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

NICE = ("nice", "-n", "10")
"""A CMDB waits for the deployment, and not the other way."""


class Spawn(Protocol):
    """Starts a program that outlives this process. Returns a function that tells how it ended."""

    def __call__(
        self, arguments: Sequence[str], *, environment: Mapping[str, str], log: Path
    ) -> Callable[[], int | None]: ...


def begin_delivery(home: Path, spawn: Spawn) -> None:
    """Start one; it writes what it did to `driven/cmdb.log` below the home. Raises nothing."""
    log = home / "driven" / "cmdb.log"
    command = [*NICE, sys.executable, "-m", "orchestrator", "cmdb", "deliver", "--due"]
    try:
        log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        spawn(command, environment={**os.environ, "ORCH_HOME": str(home)}, log=log)
    except OSError:
        return  # no room, or no process left: run-due tries again
