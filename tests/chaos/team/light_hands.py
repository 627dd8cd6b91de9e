"""What a node of this trial runs and visits: attempts as processes that act on hosts in files (attempt_process.py)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from orchestrator.adapters import process
from orchestrator.domain.evidence.attempt import Acceleration, AttemptRequest, Isolation, RunIsolation
from orchestrator.domain.evidence.attempt_sighting import Sighting, TaskSeen
from orchestrator.domain.evidence.outcome import AttemptOutcome
from orchestrator.domain.evidence.run_software import RunSoftware
from orchestrator.engine.ports import PlaybookRuns
from tests.chaos.disk_fleet import BEFORE, DiskFleet

CLAIM_WITHIN = 30.0
"""Seconds after which an attempt that no process claimed is fenced off; a machine at full load is slow to start one."""
PROGRAM = Path(__file__).with_name("attempt_process.py")


class Act(NamedTuple):
    """A line of the act log; `what`: begins, ends, refused."""

    attempt: str
    host: str
    purpose: str
    what: str
    at: float


class TeamFleet(DiskFleet):
    """Hosts in files, each with the epoch of the last run that it let in."""

    def make(self, hosts: Any) -> None:
        """A fleet in its first state."""
        (self.root / "hosts").mkdir(parents=True, exist_ok=True)
        for host in hosts:
            self.fresh(host)

    def fresh(self, host: str) -> None:
        """As before the first release, but for the epoch, which a host keeps."""
        path = self.root / "hosts" / f"{host}.json"
        epoch = self.read(host)["epoch"] if path.exists() else 0
        self.write(host, {**BEFORE, "files": {"/etc/app": "old"}, "epoch": epoch})

    def log(self) -> list[Act]:
        """The act log."""
        if not self.acts.exists():
            return []
        rows = (line.split() for line in self.acts.read_text().splitlines())
        return [Act(attempt, host, purpose, what, float(at)) for attempt, host, purpose, what, at in rows]


class LightRuns(PlaybookRuns):
    """Attempts of one node, seen through the files of their folders: one for each attempt that it began."""

    def __init__(self, fleet: Path, attempts: Path) -> None:
        self._fleet, self._attempts = fleet, attempts

    def start(self, request: AttemptRequest) -> None:
        """See the port."""
        folder = self._attempts / request.attempt
        fresh = folder.with_name(f".new-{os.getpid()}-{request.attempt}")
        fresh.mkdir(parents=True)
        (fresh / "request.json").write_text(request.model_dump_json())
        try:
            fresh.rename(folder)
        except OSError:
            return
        command = [sys.executable, "-I", "-S", str(PROGRAM), str(self._fleet), str(folder)]
        subprocess.run(
            ["setsid", "--fork", *command],
            env={**os.environ, "ORCH_ATTEMPT": request.attempt},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=(folder / "errors").open("wb"),
            start_new_session=True,
            check=True,
        )

    def sight(self, attempt: str) -> Sighting:
        """See the port."""
        folder = self._attempts / attempt
        if not folder.exists():
            return Sighting(attempt=attempt, state="absent")
        claim = self._claim(folder)
        if claim is None:
            if time.time() - (folder / "request.json").stat().st_mtime < CLAIM_WITHIN:
                return Sighting(attempt=attempt, state="running")
            self._fence(folder)
            claim = self._claim(folder) or {}
        alive = "pid" in claim and process.alive(process.ProcessId(**claim))
        if (folder / "end.json").exists():
            outcome = AttemptOutcome.model_validate_json((folder / "end.json").read_bytes())
            return Sighting(attempt=attempt, state="finished", outcome=outcome)
        return Sighting(attempt=attempt, state="running" if alive else "dead")

    def stop(self, attempt: str, isolation: Isolation | None = None) -> bool:
        """See the port."""
        folder = self._attempts / attempt
        if not folder.exists() or self._fence(folder):
            return True
        claim = self._claim(folder) or {}
        root = process.ProcessId(**claim) if "pid" in claim else None
        return process.end_tree(marker=f"ORCH_ATTEMPT={attempt}", group=None, root=root)

    def tasks_seen(self, attempt: str, after: int = 0) -> list[TaskSeen]:
        """None are told."""
        return []

    def make_ready(self, project: str, accelerate: Acceleration | None = None) -> None:
        """Nothing to do."""

    def let_go(self) -> None:
        """Nothing to do."""

    def software(self, *_: object, **__: object) -> RunSoftware:
        """The ansible-core of this environment, which drivers have too."""
        return RunSoftware(versions={"ansible-core": version("ansible-core")})

    def isolation(self, image: str | None, *, acts_here: bool, zone: str = "") -> RunIsolation:
        """None is needed."""
        return RunIsolation(isolation="none", unisolated="asked")

    def _fence(self, folder: Path) -> bool:
        """No process may claim it after this; False where one has."""
        draft = folder / f".fence-{os.getpid()}-{time.monotonic_ns()}"
        draft.write_text(json.dumps({"fenced": True}))
        try:
            os.link(draft, folder / "claim.json")
        except FileExistsError:
            return False
        finally:
            draft.unlink()
        return True

    def _claim(self, folder: Path) -> dict[str, Any] | None:
        try:
            claim: dict[str, Any] = json.loads((folder / "claim.json").read_bytes())
        except FileNotFoundError:
            return None
        return claim
