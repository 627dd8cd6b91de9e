"""Processes that use a store; each function here is the whole life of one."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from orchestrator.adapters.clock import SystemClock
from orchestrator.adapters.store import SqlJournal
from orchestrator.domain.journal.events import Paused
from orchestrator.errors import Conflict

# A server that has everything imported and forks each process; forking the test's own process would share its database.
_SERVER = get_context("forkserver")
_SERVER.set_forkserver_preload([__name__])


def start(life: Callable[..., None], *arguments: Any) -> BaseProcess:
    """A process that does this and nothing else."""
    process = _SERVER.Process(target=life, args=arguments, daemon=True)
    process.start()
    return process


def pipe() -> tuple[Connection, Connection]:
    """The ends to read from and to write to."""
    return _SERVER.Pipe(duplex=False)


def append_with_retry(store: Path, writer: int, events: int, url: str | None = None) -> None:
    """Open the store and append so many events, deciding anew after each conflict."""
    journal = SqlJournal(store, SystemClock(), url=url)
    last = 0
    for number in range(events):
        while True:
            try:
                last = journal.append("d1", last, [word(writer, number)])[-1].seq
                break
            except Conflict:
                last = max([last, *(record.seq for record in journal.read("d1", after=last))])


def append_for_ever(store: Path, acknowledged: Connection) -> None:
    """Append one to three events at a time, and say each number that `append` has returned."""
    journal = SqlJournal(store, SystemClock())
    last = len(journal.read("d1"))
    while True:
        records = journal.append("d1", last, [word(os.getpid(), n) for n in range(1 + last % 3)])
        last = records[-1].seq
        acknowledged.send_bytes(last.to_bytes(8, "big"))


def hold_claim(store: Path, ready: Connection) -> None:
    """Claim, leave a detached program behind, say its pid, and hold on."""
    sys.argv = ["/usr/bin/orch", "deploy", "plans/shop 2.yml"]
    with SqlJournal(store, SystemClock()).drive_alone("d1"):
        # As a driver starts the workers of its attempts: a program in a session of its own, whose parent is gone at once.
        left = subprocess.run(
            ["sh", "-c", "setsid sleep 60 >/dev/null 2>&1 & echo $!"],
            stdout=subprocess.PIPE,
            check=True,
            close_fds=False,
        )
        ready.send(int(left.stdout))
        time.sleep(60)


def word(writer: int, number: int) -> Paused:
    """An event that says who wrote it, with enough text to span pages of the file."""
    return Paused(by=str(writer), reason=f"{number} " + "x" * 1500)
