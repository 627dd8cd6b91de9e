"""The port `Hints` on the adapter that runs all playbooks; folders of a hint are there only while it is asked for."""

import json
import os
import secrets
import shutil
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from orchestrator.adapters import process
from orchestrator.adapters.ansible.attempt_folder import AttemptFolder
from orchestrator.adapters.ansible.hints.said import said_by
from orchestrator.adapters.process import ProcessId
from orchestrator.domain.evidence.attempt import AttemptRequest
from orchestrator.domain.evidence.hint import HintRun
from orchestrator.domain.text.foreign_json import read_object
from orchestrator.engine.hint_ports import Hints
from orchestrator.engine.ports import Clock, PlaybookRuns
from orchestrator.errors import OrchError

_POLL = 0.25
_SPARE = 60.0
"""Seconds beyond the run's own limit, which its worker keeps: for a worker that is not there to keep it."""
_ASKED_BY = ".asked-by"
_BEGUN = ".begun"


class AnsibleHints(Hints):
    """Hints below one folder of the home, which is gone again with the last of them."""

    def __init__(self, runs: PlaybookRuns, root: Path, clock: Clock) -> None:
        self._runs, self._root, self._clock = runs, root, clock
        self._home_was_there = root.parent.is_dir()

    def begin(self) -> str:
        """Its name becomes part of the names of folders."""
        name = f"hint-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{secrets.token_hex(4)}"
        marks = self._root / _ASKED_BY
        for folder in (self._root.parent, self._root, marks):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (marks / name).write_text(json.dumps(process.identity()._asdict()), encoding="utf-8")
        return name

    def run(self, request: AttemptRequest) -> HintRun:
        """See the port; a run that is interrupted is stopped."""
        try:
            return self._run(request)
        except BaseException:
            self._runs.stop(request.attempt)
            raise

    def _run(self, request: AttemptRequest) -> HintRun:
        self._runs.start(request)
        over = time.monotonic() + request.run_timeout + _SPARE
        while (sighting := self._runs.sight(request.attempt)).state not in ("finished", "dead"):
            if time.monotonic() > over:
                self._runs.stop(request.attempt)
                return HintRun(faults=("the run did not end in its time",))
            self._runs.await_end(request.attempt, self._clock, _POLL)
        if sighting.state == "dead":
            self._runs.stop(request.attempt)
        folder = AttemptFolder(self._root, request.attempt)
        run = said_by(folder.events(), folder.nonce(), request.hosts)
        outcome = sighting.outcome
        faults = (*(() if outcome is None else outcome.faults), *run.faults)
        if outcome is not None and outcome.out_of_time:
            faults = (f"its time was over after {request.run_timeout:g} s",)
        return run.model_copy(update={"faults": tuple(dict.fromkeys(faults))})

    def end(self, name: str) -> None:
        """Remove all that is kept of it, and what is empty then; but not while it is not proved that it has ended."""
        # Each is asked, whatever comes of another.
        left = [folder for folder in self._root.glob(f"{name}.*") if not self._is_over(folder.name)]
        if left:
            return
        for folder in self._root.glob(f"{name}.*"):
            shutil.rmtree(folder, ignore_errors=True)
        for mark in (self._root / _BEGUN).glob(f"{name}.*"):
            mark.unlink(missing_ok=True)
        (self._root / _ASKED_BY / name).unlink(missing_ok=True)
        empty = [self._root / _ASKED_BY, self._root / _BEGUN, self._root]
        empty += [] if self._home_was_there else [self._root.parent / "frozen", self._root.parent]
        for folder in empty:
            with suppress(OSError):
                folder.rmdir()

    def clear_up(self) -> Mapping[str, Sequence[str]]:
        """Of those whose caller was killed."""
        marks = sorted((self._root / _ASKED_BY).glob("hint-*"))
        left = {mark.name: self._at_work(mark.name) for mark in marks if not _is_awaited(mark)}
        for name in left:
            self.end(name)
        return left

    def _at_work(self, name: str) -> list[str]:
        """The runs of a hint that had not come to their end."""
        return [
            folder.name
            for folder in sorted(self._root.glob(f"{name}.*"))
            if AttemptFolder(self._root, folder.name).outcome() is None
        ]

    def _is_over(self, attempt: str) -> bool:
        """Whether it is proved that nothing of a run is left here; its worker may have been killed as well."""
        try:
            return self._runs.sight(attempt).state in ("finished", "absent") or self._runs.stop(attempt)
        except OrchError:
            return False


def _is_awaited(mark: Path) -> bool:
    """Whether the process that asked is there."""
    try:
        given = read_object(mark.read_bytes())
        asker = ProcessId(int(given["pid"]), int(given["started"]), str(given["boot"]))
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return asker.pid == os.getpid() or process.alive(asker)
