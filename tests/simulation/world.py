"""A simulated fleet: hosts with a version and a set of files, on which attempts act over simulated time."""

import hashlib
import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from orchestrator.domain.attempt import AttemptRequest
from orchestrator.domain.baseline import Baseline, BaselineScope, ConfigurationItem
from orchestrator.domain.check import CheckBase, CheckResult, title_of
from orchestrator.domain.outcome import AttemptOutcome, HostOutcome
from orchestrator.domain.sighting import Sighting, TaskSeen
from orchestrator.domain.target import Identity, Target
from orchestrator.engine.ports import Clock, Playbooks, Targets

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Host:
    """What a host truly holds, whatever anybody believes of it."""

    name: str
    version: str = "1.0"
    files: dict[str, str] = field(default_factory=lambda: {"/etc/app": "old"})
    up: bool = True
    healthy: bool = True
    busy_until: datetime = EPOCH
    dies_at: datetime | None = None

    def state(self) -> tuple[str, tuple[tuple[str, str], ...]]:
        """What a baseline sees."""
        return self.version, tuple(sorted(self.files.items()))


@dataclass
class Act:
    """A line of the act log: what was truly begun on a host."""

    at: datetime
    host: str
    attempt: str
    purpose: str
    seq: int


class World(Clock):
    """The fleet and its time. Scheduled things happen while somebody sleeps."""

    def __init__(self, random: Random, names: Sequence[str]) -> None:
        self.random = random
        self.hosts = {name: Host(name) for name in names}
        self.acts: list[Act] = []
        self.overlaps: list[str] = []
        self.true = EPOCH
        self.skew = timedelta(0)
        self._due: list[tuple[datetime, int, Callable[[], None]]] = []
        self._count = 0

    def now(self) -> datetime:
        return self.true + self.skew

    def uptime(self) -> tuple[str, float]:
        return "boot", (self.true - EPOCH).total_seconds()

    def sleep(self, seconds: float) -> None:
        self.advance_to(self.true + timedelta(seconds=max(seconds, 0.001)))

    def at(self, moment: datetime, deed: Callable[[], None]) -> None:
        """Let something happen at a moment."""
        self._count += 1
        heapq.heappush(self._due, (moment, self._count, deed))

    def advance_to(self, moment: datetime) -> None:
        """Pass time, with all that is due in it."""
        while self._due and self._due[0][0] <= moment:
            due, _, deed = heapq.heappop(self._due)
            self.true = max(self.true, due)
            deed()
        self.true = max(self.true, moment)

    def healthy(self, host: Host) -> bool:
        """Whether the service answers now."""
        return host.up and host.healthy and not (host.dies_at is not None and self.true >= host.dies_at)


@dataclass
class Worker:
    """An attempt's worker: where each host's work ends, and how."""

    request: AttemptRequest
    started_at: datetime
    ends: dict[str, datetime]
    results: dict[str, HostOutcome] = field(default_factory=dict)
    alive: bool = True
    finished_at: datetime | None = None


class SimulatedPlaybooks(Playbooks):
    """Runs attempts over simulated time; what goes wrong on which host is drawn from the world's randomness."""

    def __init__(self, world: World, *, trouble: float, bad_release: str, forgetful: bool) -> None:
        self.world = world
        self.trouble = trouble
        self.bad_release = bad_release
        self.forgetful = forgetful
        self.workers: dict[str, Worker] = {}
        self.starts: list[str] = []

    def start(self, request: AttemptRequest) -> None:
        if request.attempt in self.workers:
            return
        self.starts.append(request.attempt)
        now = self.world.true
        ends = {h: now + timedelta(seconds=1 + self.world.random.random() * 5) for h in request.hosts}
        worker = Worker(request, now, ends)
        self.workers[request.attempt] = worker
        for name in request.hosts:
            self._begin(worker, self.world.hosts[name])
        last = max(ends.values())
        self.world.at(last + timedelta(seconds=0.2), lambda: self._finish(worker))

    def _begin(self, worker: Worker, host: Host) -> None:
        now = self.world.true
        if not host.up:
            worker.results[host.name] = _outcome(host.name, "unknown", "unreachable")
            return
        if host.busy_until > now:
            self.world.overlaps.append(f"{worker.request.attempt} began on busy {host.name}")
        host.busy_until = worker.ends[host.name]
        self.world.acts.append(
            Act(now, host.name, worker.request.attempt, worker.request.purpose, len(self.world.acts))
        )
        if worker.request.purpose == "deploy":
            host.files.setdefault("/var/lib/app/saved", host.files.get("/etc/app", ""))
            host.files["/etc/app"] = "half"
        self.world.at(worker.ends[host.name], lambda: self._end(worker, host))

    def _end(self, worker: Worker, host: Host) -> None:
        """The remote work ends on the host; it does so even where the worker died, for it is already there."""
        host.busy_until = min(host.busy_until, self.world.true)
        if not host.up:
            worker.results[host.name] = _outcome(host.name, "unknown", "connection lost")
            return
        failing = self.world.random.random() < self.trouble
        if worker.request.purpose == "deploy":
            self._deployed(worker, host, failing=failing)
        else:
            self._backed_out(worker, host, failing=failing)

    def _deployed(self, worker: Worker, host: Host, *, failing: bool) -> None:
        if failing:
            worker.results[host.name] = _outcome(host.name, "not_done", "task 'Start' failed")
            return
        host.version, host.files["/etc/app"] = "2.0", "new"
        host.healthy = self.bad_release != "unhealthy"
        host.dies_at = self.world.true + timedelta(seconds=8) if self.bad_release == "dies" else None
        worker.results[host.name] = _outcome(host.name, "done", "")

    def _backed_out(self, worker: Worker, host: Host, *, failing: bool) -> None:
        if failing:
            worker.results[host.name] = _outcome(host.name, "not_done", "task 'Restore' failed")
            return
        saved = host.files.pop("/var/lib/app/saved", None)
        if saved is not None:
            host.files["/etc/app"] = saved
        if self.forgetful:
            host.files["/etc/app.bak"] = "forgotten"
        host.version, host.healthy, host.dies_at = "1.0", True, None
        worker.results[host.name] = _outcome(host.name, "done", "")

    def _finish(self, worker: Worker) -> None:
        if worker.alive:
            worker.finished_at = self.world.true

    def sight(self, attempt: str) -> Sighting:
        worker = self.workers.get(attempt)
        if worker is None:
            return Sighting(attempt=attempt, state="absent")
        if worker.finished_at is not None:
            return Sighting(attempt=attempt, state="finished", outcome=self._outcome(worker))
        return Sighting(attempt=attempt, state="running" if worker.alive else "dead")

    def _outcome(self, worker: Worker) -> AttemptOutcome:
        hosts = tuple(
            worker.results.get(h, _outcome(h, "unknown", "no evidence")) for h in worker.request.hosts
        )
        return AttemptOutcome(
            attempt=worker.request.attempt,
            hosts=hosts,
            exit_code=0,
            started_at=worker.started_at,
            ended_at=worker.finished_at or self.world.true,
        )

    def tasks_seen(self, attempt: str, after: int = 0) -> list[TaskSeen]:
        return []

    def stop(self, attempt: str) -> bool:
        worker = self.workers.get(attempt)
        if worker is not None and worker.finished_at is None:
            worker.alive = False
        return True

    def kill_a_worker(self) -> None:
        """kill -9 of a worker at work; what it began on hosts goes on there."""
        at_work = [w for w in self.workers.values() if w.alive and w.finished_at is None]
        if at_work:
            self.world.random.choice(at_work).alive = False


def _outcome(host: str, result: str, reason: str) -> HostOutcome:
    return HostOutcome.model_validate({"host": host, "result": result, "reason": reason})


class SimulatedTargets(Targets):
    """Answers from what the hosts truly hold."""

    def __init__(self, world: World) -> None:
        self.world = world

    def verify(
        self, targets: Sequence[Target], checks: Sequence[CheckBase], project: Path
    ) -> list[CheckResult]:
        self.world.sleep(0.3)
        results: list[CheckResult] = []
        for target in targets:
            host = self.world.hosts[target.host]
            results.append(_answer(host, "reachable", "reachable", passed=host.up))
            results += [self._check(host, check) for check in checks]
        return results

    def _check(self, host: Host, check: CheckBase) -> CheckResult:
        kind, title = str(getattr(check, "kind", "")), title_of(check)
        if not host.up:
            return _answer(host, kind, title, passed=None)
        if kind == "other_deployment":
            if host.busy_until > self.world.true and check.within:
                self.world.advance_to(host.busy_until + timedelta(milliseconds=1))
            return _answer(host, kind, title, passed=host.busy_until <= self.world.true)
        if kind == "http":
            return _answer(host, kind, title, passed=self.world.healthy(host) and host.version == "2.0")
        return _answer(host, kind, title, passed=True)

    def verify_units(
        self, targets: Sequence[Target], digests: Mapping[str, str], title: str = "components"
    ) -> list[CheckResult]:
        return [
            _answer(
                self.world.hosts[t.host],
                "component",
                path,
                passed=self.world.hosts[t.host].version == "2.0" if self.world.hosts[t.host].up else None,
            )
            for t in targets
            for path in digests
        ]

    def identify(self, targets: Sequence[Target]) -> dict[str, Identity | str]:
        return {
            t.host: Identity(host=t.host, machine_id=f"id-{t.host}", host_key_sha256="k", boot_id="b")
            if self.world.hosts[t.host].up
            else "unreachable"
            for t in targets
        }

    def capture(self, targets: Sequence[Target], scope: BaselineScope) -> dict[str, Baseline | str]:
        self.world.sleep(0.3)
        captured: dict[str, Baseline | str] = {}
        for target in targets:
            host = self.world.hosts[target.host]
            captured[target.host] = self._baseline(host) if host.up else "unreachable"
        return captured

    def _baseline(self, host: Host) -> Baseline:
        version, files = host.state()
        items = [ConfigurationItem(kind="package", name="app", attributes={"version": version})]
        items += [
            ConfigurationItem(kind="file", name=name, attributes={"sha256": _sha(text)})
            for name, text in files
        ]
        return Baseline(
            host=host.name,
            machine_id=f"id-{host.name}",
            captured_at=self.world.now(),
            items=tuple(items),
        )


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _answer(host: Host, kind: str, title: str, *, passed: bool | None) -> CheckResult:
    answer = {True: "passed", False: "failed", None: "inconclusive"}[passed]
    return CheckResult.model_validate(
        {
            "host": host.name,
            "kind": kind,
            "title": title,
            "answer": answer,
            "expected": "good",
            "found": "good" if passed else "bad",
            "seconds": 0.0,
        }
    )
