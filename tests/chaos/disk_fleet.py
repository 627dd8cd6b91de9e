"""A tiny fleet that is kept in files and outlives every process: hosts, their act log, and attempts in detached workers.

hosts/NAME.json   what the host holds
acts.log          a line for each thing that was truly begun on a host: ATTEMPT HOST PURPOSE
attempts/NAME/    request.json, then claim.json by the worker, then end.json
rotation/BACKEND/ a file for each host that is out of this balancer
"""

import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from orchestrator.adapters import process
from orchestrator.domain.evidence.attempt import Acceleration, AttemptRequest, Isolation
from orchestrator.domain.evidence.attempt_sighting import Sighting, TaskSeen
from orchestrator.domain.evidence.baseline import Baseline, BaselineScope, ConfigurationItem
from orchestrator.domain.evidence.left_process import ProcessesSeen, ProcessSearch
from orchestrator.domain.evidence.outcome import AttemptOutcome, HostOutcome
from orchestrator.domain.evidence.rotation import Seen
from orchestrator.domain.journal.events.rotation import Way
from orchestrator.domain.plan.check import CheckBase, CheckResult, title_of
from orchestrator.domain.plan.load_balancer import Balancer
from orchestrator.domain.plan.target import Ending, Identity, Silence, Target
from orchestrator.engine.balancing_ports import BalancerPlace, Balancers
from orchestrator.engine.ports import PlaybookRuns, Targets
from tests.simulation.playbooks import stage_of
from tests.simulation.world import places_of

CLAIM_WITHIN = 1.0
"""Seconds after which an attempt that no worker claimed is fenced off; a machine at full load is slow to start one."""
BEFORE: dict[str, Any] = {"version": "1.0", "files": {"/etc/app": "old"}, "healthy": True}


@dataclass(frozen=True)
class Release:
    """What the release and its backout do: which hosts their tasks fail on, and how good what they leave is.

    `fails_in`: the only stage in which they fail.
    """

    fails_on: tuple[str, ...] = ()
    healthy: bool = True
    forgetful: bool = False
    backout_fails_on: tuple[str, ...] = ()
    fails_in: str | None = None
    seconds: float = 0.004


class DiskFleet:
    """The files of the fleet."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.acts = root / "acts.log"

    def make(self, hosts: Sequence[str]) -> None:
        """A fleet in its first state."""
        (self.root / "hosts").mkdir(parents=True)
        (self.root / "attempts").mkdir()
        for host in hosts:
            self.write(host, BEFORE)

    def read(self, host: str) -> dict[str, Any]:
        """What a host holds."""
        held: dict[str, Any] = json.loads((self.root / "hosts" / f"{host}.json").read_text())
        return held

    def write(self, host: str, held: Mapping[str, Any]) -> None:
        """Change a host, all at once."""
        path = self.root / "hosts" / f"{host}.json"
        draft = path.with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps(held))
        draft.replace(path)

    def deploy(self, host: str, stage: str, *, healthy: bool, whole: bool = True) -> None:
        """What a deploy does: what was there is saved, and the release is there, or half of it."""
        held = self.read(host)
        kept, saved = places_of(stage)
        held["files"].setdefault(saved, held["files"].get(kept, ""))
        held["files"][kept] = "new" if whole else "half"
        changed = {"version": "2.0", "healthy": healthy} if whole else {}
        self.write(host, {**held, **changed})

    def take_back(self, host: str, stage: str, *, forgetful: bool = False) -> None:
        """What a backout does: what was saved is there again."""
        held = self.read(host)
        files, (kept, saved) = held["files"], places_of(stage)
        before = files.pop(saved, None)
        if before is not None:
            del files[kept]
        if before:
            files[kept] = before
        if forgetful:
            files["/etc/app.bak"] = "forgotten"
        version = "2.0" if "new" in files.values() else "1.0"
        self.write(host, {"version": version, "files": files, "healthy": True})

    def out(self) -> list[tuple[str, str]]:
        """Who is out: backend and host."""
        return sorted((path.parent.name, path.name) for path in (self.root / "rotation").glob("*/*"))

    def act(self, attempt: str, host: str, purpose: str) -> None:
        """Add a line to the act log in one write."""
        descriptor = os.open(self.acts, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.write(descriptor, f"{attempt} {host} {purpose}\n".encode())
        os.close(descriptor)

    def acted(self) -> list[tuple[str, str, str]]:
        """The act log: attempt, host, purpose."""
        if not self.acts.exists():
            return []
        lines = (line.split() for line in self.acts.read_text().splitlines())
        return [(attempt, host, purpose) for attempt, host, purpose in lines]


class DiskPlaybooks(PlaybookRuns):
    """Attempts in detached workers, seen through the files of their folders."""

    def __init__(self, fleet: DiskFleet, release: Release, *, balanced: bool = False) -> None:
        self.fleet = fleet
        self.release = release
        self.balanced = balanced

    def _folder(self, attempt: str) -> Path:
        return self.fleet.root / "attempts" / attempt

    def start(self, request: AttemptRequest) -> None:
        folder = self._folder(request.attempt)
        fresh = folder.with_name(f".new-{os.getpid()}-{request.attempt}")
        fresh.mkdir()
        (fresh / "request.json").write_text(request.model_dump_json())
        try:
            fresh.rename(folder)
        except OSError:
            return
        self.between_folder_and_worker()
        _detached(lambda: self._work(folder))

    def make_ready(self, project: str, accelerate: Acceleration | None = None) -> None:
        return

    def let_go(self) -> None:
        return

    def between_folder_and_worker(self) -> None:
        """Where a driver can die after it has made the folder and before there is a worker."""

    def _work(self, folder: Path) -> None:
        if not _claim(folder, process.identity()._asdict()):
            return
        started = datetime.now(UTC)
        request = AttemptRequest.model_validate_json((folder / "request.json").read_bytes())
        results = tuple(self._on_host(request, host) for host in request.hosts)
        outcome = AttemptOutcome(
            attempt=request.attempt,
            hosts=results,
            exit_code=0,
            started_at=started,
            ended_at=datetime.now(UTC),
            changes=(),
        )
        draft = folder / ".end"
        draft.write_text(outcome.model_dump_json())
        draft.replace(folder / "end.json")

    def _on_host(self, request: AttemptRequest, host: str) -> HostOutcome:
        deploys = request.purpose == "deploy"
        stage = stage_of(request)
        self.fleet.act(request.attempt, host, request.purpose)
        if self.balanced and (stage, host) not in self.fleet.out():
            self.fleet.act(f"in-rotation:{request.attempt}", host, request.purpose)
        if deploys:
            self.fleet.deploy(host, stage, healthy=True, whole=False)
        time.sleep(self.release.seconds)
        fails = self.release.fails_in in (None, stage)
        if host in (self.release.fails_on if deploys and fails else ()) or (
            not deploys and host in self.release.backout_fails_on
        ):
            return HostOutcome(host=host, result="not_done", reason="task 'Start' failed")
        if deploys:
            self.fleet.deploy(host, stage, healthy=self.release.healthy)
        else:
            self.fleet.take_back(host, stage, forgetful=self.release.forgetful)
        return HostOutcome(host=host, result="done", reason="1 task ok", ok=1)

    def sight(self, attempt: str) -> Sighting:
        folder = self._folder(attempt)
        if not folder.exists():
            return Sighting(attempt=attempt, state="absent")
        claim = _claimed(folder)
        if claim is None:
            if time.time() - (folder / "request.json").stat().st_mtime < CLAIM_WITHIN:
                return Sighting(attempt=attempt, state="running")
            _claim(folder, {"fenced": True})
            claim = _claimed(folder) or {}
        alive = "pid" in claim and process.alive(process.ProcessId(**claim))
        if (folder / "end.json").exists():
            outcome = AttemptOutcome.model_validate_json((folder / "end.json").read_bytes())
            return Sighting(attempt=attempt, state="finished", outcome=outcome)
        return Sighting(attempt=attempt, state="running" if alive else "dead")

    def tasks_seen(self, attempt: str, after: int = 0) -> list[TaskSeen]:
        return []

    def stop(self, attempt: str, isolation: Isolation | None = None) -> bool:
        folder = self._folder(attempt)
        if not folder.exists():
            return True
        if _claim(folder, {"fenced": True}):
            return True
        claim = _claimed(folder) or {}
        root = process.ProcessId(**claim) if "pid" in claim else None
        return process.end_tree(marker="ORCH_NOBODY=1", group=None, root=root)


class DiskTargets(Targets):
    """Answers from the files of the fleet."""

    def __init__(self, fleet: DiskFleet) -> None:
        self.fleet = fleet

    def verify(
        self, targets: Sequence[Target], checks: Sequence[CheckBase], project: Path
    ) -> list[CheckResult]:
        results = []
        for target in targets:
            held = self.fleet.read(target.host)
            results.append(_answer(target.host, "reachable", "reachable", passed=True))
            for number, check in enumerate(checks):
                kind = str(getattr(check, "kind", ""))
                passed = kind != "http" or (held["version"] == "2.0" and held["healthy"])
                results.append(_answer(target.host, kind, title_of(check), number, passed=passed))
        return results

    def verify_units(
        self, targets: Sequence[Target], digests: Mapping[str, str], title: str = "components"
    ) -> list[CheckResult]:
        return [
            _answer(t.host, "component", path, number, passed=self.fleet.read(t.host)["version"] == "2.0")
            for t in targets
            for number, path in enumerate(digests)
        ]

    def identify(self, targets: Sequence[Target]) -> dict[str, Identity | str]:
        return {
            t.host: Identity(host=t.host, machine_id=f"id-{t.host}", host_key_sha256="k", boot_id="b")
            for t in targets
        }

    def dead(self, targets: Sequence[Target]) -> dict[str, str]:
        return {}

    def processes_of(
        self, targets: Sequence[Target], search: ProcessSearch
    ) -> dict[str, ProcessesSeen | Silence]:
        return {target.host: ProcessesSeen(host=target.host) for target in targets}

    def end_run(self, targets: Sequence[Target], run: str, patience: float) -> dict[str, Ending | Silence]:
        return {target.host: Ending(host=target.host) for target in targets}

    def capture(self, targets: Sequence[Target], scope: BaselineScope) -> dict[str, Baseline | str]:
        return {target.host: self._baseline(target.host) for target in targets}

    def _baseline(self, host: str) -> Baseline:
        held = self.fleet.read(host)
        items = [ConfigurationItem(kind="package", name="app", attributes={"version": held["version"]})]
        items += [
            ConfigurationItem(
                kind="file", name=name, attributes={"sha256": sha256(str(text).encode()).hexdigest()}
            )
            for name, text in sorted(held["files"].items())
        ]
        return Baseline(host=host, machine_id=f"id-{host}", captured_at=datetime.now(UTC), items=tuple(items))


class DiskBalancers(Balancers):
    """Balancers whose hosts are out where a file says so; each stage has a backend of its name."""

    def __init__(self, fleet: DiskFleet) -> None:
        self.fleet = fleet

    def move(
        self, balancer: Balancer, place: BalancerPlace, targets: Sequence[Target], *, way: Way
    ) -> dict[str, str]:
        for target in targets:
            mark = self._mark(balancer, target)
            mark.parent.mkdir(parents=True, exist_ok=True)
            if way == "out":
                mark.touch()
            else:
                mark.unlink(missing_ok=True)
        return {}

    def look(self, balancer: Balancer, place: BalancerPlace, targets: Sequence[Target]) -> dict[str, Seen]:
        out = {target.host: self._mark(balancer, target).exists() for target in targets}
        return {
            host: Seen(state="out" if gone else "in", connections=0, words="") for host, gone in out.items()
        }

    def _mark(self, balancer: Balancer, target: Target) -> Path:
        backend = balancer.haproxy.backend if balancer.haproxy is not None else ""
        return self.fleet.root / "rotation" / backend / target.host


def _detached(work: Any) -> None:
    """Run in a process of its own that outlives this one; forked twice, so that nobody waits for it."""
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    os.setsid()
    # The driver's claim must not live on in the worker: a program that is started anew would not have it either.
    os.closerange(3, 1024)
    if os.fork() == 0:
        work()
    os._exit(0)


def _claim(folder: Path, holder: Mapping[str, Any]) -> bool:
    """Claim an attempt, once for ever; a claim is whole or not there."""
    draft = folder / f".claim-{os.getpid()}"
    draft.write_text(json.dumps(holder))
    try:
        os.link(draft, folder / "claim.json")
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True


def _claimed(folder: Path) -> dict[str, Any] | None:
    try:
        claim: dict[str, Any] = json.loads((folder / "claim.json").read_bytes())
    except FileNotFoundError:
        return None
    return claim


def _answer(host: str, kind: str, title: str, number: int | None = None, *, passed: bool) -> CheckResult:
    return CheckResult(
        host=host,
        number=number,
        kind=kind,
        title=title,
        answer="passed" if passed else "failed",
        expected="good",
        found="good" if passed else "bad",
        seconds=0.0,
    )


__all__ = ["BEFORE", "DiskBalancers", "DiskFleet", "DiskPlaybooks", "DiskTargets", "Release"]
