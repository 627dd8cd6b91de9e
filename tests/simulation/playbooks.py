"""Simulated attempts: workers that act on hosts over simulated time, and die, stumble and refuse to end."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from random import Random

from orchestrator.domain.evidence.attempt import Acceleration, AttemptRequest, Isolation
from orchestrator.domain.evidence.attempt_sighting import Sighting, TaskSeen
from orchestrator.domain.evidence.opened_file import OpenedFile
from orchestrator.domain.evidence.outcome import AttemptOutcome, HostOutcome
from orchestrator.domain.evidence.task_changes import Change, ChangesOn
from orchestrator.domain.journal.host_lock import HostLock
from orchestrator.engine.ports import HostLocks, PlaybookRuns
from orchestrator.errors import StoreFault
from tests.simulation.storage import SimulatedStorage
from tests.simulation.world import MEDDLED, Act, Host, Remain, World, places_of

FILES = 1 << 20
"""Bytes that an attempt's own files take."""


@dataclass
class Worker:
    """An attempt's worker: where each host's work ends, and how."""

    request: AttemptRequest
    started_at: datetime
    results: dict[str, HostOutcome] = field(default_factory=dict)
    alive: bool = True
    gone_at: datetime | None = None
    finished_at: datetime | None = None
    outrun: list[str] = field(default_factory=list)
    opened: tuple[OpenedFile, ...] = ()


@dataclass(frozen=True)
class Troubles:
    """How likely what goes wrong is; `bad_release` is a release that starts and is no good. `uncaptured`: a path that it
    changes and that no item of the baseline covers. `reads`: runs read what nobody approved, every second one a file more.
    """

    tasks: float = 0
    slow: float = 0
    files: float = 0
    stubborn: float = 0
    bad_release: str = ""
    forgetful: bool = False
    leaves: float = 0
    leaving: Random = field(default_factory=lambda: Random(0))
    meddles: bool = False
    uncaptured: str = ""
    reads: bool = False


class SimulatedPlaybooks(PlaybookRuns):
    """Runs attempts over simulated time; what goes wrong on which host is drawn from the world's randomness."""

    def __init__(
        self,
        world: World,
        locks: HostLocks,
        storage: SimulatedStorage,
        troubles: Troubles,
    ) -> None:
        self.world = world
        self.locks = locks
        self.storage = storage
        self.troubles = troubles
        self.workers: dict[str, Worker] = {}
        self.starts: list[str] = []

    def start(self, request: AttemptRequest) -> None:
        if self.world.struck(self.troubles.files, "start fails"):
            raise OSError("no space left on device")
        if request.attempt not in self.workers:
            # What an attempt writes is no append: it takes none of the ballast by itself.
            if self.storage.full and self.storage.spare < FILES:
                raise StoreFault("no space left on device")
            self._start(request)
        if self.world.struck(self.troubles.files, "start fails after it"):
            raise OSError("input/output error")

    def make_ready(self, project: str, accelerate: Acceleration | None = None) -> None:
        return

    def let_go(self) -> None:
        return

    def _start(self, request: AttemptRequest) -> None:
        self.starts.append(request.attempt)
        worker = Worker(request, self.world.true, opened=self._opened())
        self.workers[request.attempt] = worker
        last = self.world.true
        for name in request.hosts:
            begins = self.world.true + timedelta(seconds=self.world.random.choice([0, 0, 0, 2]))
            slow = self.world.random.random() < self.troubles.slow
            ends = begins + timedelta(seconds=30 if slow else 1) * (1 + self.world.random.random())
            self._begin_at(begins, worker, self.world.hosts[name], ends)
            last = max(last, ends)
        self.world.at(last + timedelta(seconds=0.2), lambda: self._finish(worker))
        self.world.sleep(0)

    def _opened(self) -> tuple[OpenedFile, ...]:
        paths = ["/srv/shared", *([f"/tmp/left-{len(self.workers)}"] if len(self.workers) % 2 else [])]
        return tuple(OpenedFile(path=path) for path in paths) if self.troubles.reads else ()

    def _begin_at(self, moment: datetime, worker: Worker, host: Host, ends: datetime) -> None:
        self.world.at(moment, lambda: self._begin(worker, host, ends))

    def _begin(self, worker: Worker, host: Host, ends: datetime) -> None:
        request, now = worker.request, self.world.true
        if not worker.alive:
            return
        if not host.up:
            worker.results[host.name] = _outcome(host.name, "unknown", "unreachable")
            return
        if host.busy_until > now:
            self.world.broken.append(f"{request.attempt} began on busy {host.name}")
        if not any(_covers(lock, host, request) for lock in self.locks.held()):
            self.world.broken.append(
                f"{request.attempt} began on {host.name}, which {request.deployment} had not locked"
            )
        if _outrun(host, request):
            worker.outrun.append(host.name)
            worker.results[host.name] = _outcome(host.name, "not_done", "another run").model_copy(
                update={"found_epoch": host.epoch}
            )
            return
        host.epoch = request.epoch
        host.busy_until = ends
        host.work = Act(
            now, host.name, request.attempt, request.deployment, request.purpose, ends, stage_of(request)
        )
        self.world.acts.append(host.work)
        if request.purpose == "deploy":
            host.half_deploy(stage_of(request))
            if self.troubles.uncaptured:
                self.world.uncaptured.append((host.name, self.troubles.uncaptured))
                self.world.injected["uncaptured change", self.world.phase] += 1
        self.world.at(ends, lambda: self._end(worker, host))

    def _end(self, worker: Worker, host: Host) -> None:
        """The remote work ends on the host; it does so even where the worker died, for it is already there."""
        if worker.request.attempt in host.ended_runs:
            return
        host.rest(self.world.true)
        if not host.up:
            worker.results[host.name] = _outcome(host.name, "unknown", "connection lost")
            return
        failing = self.world.struck(self.troubles.tasks, f"{worker.request.purpose} task fails")
        if self.troubles.leaving.random() < self.troubles.leaves:
            self._leave(worker.request.attempt, host)
        if worker.request.purpose == "deploy":
            self._deployed(worker, host, failing=failing)
        else:
            self._backed_out(worker, host, failing=failing)

    def _leave(self, run: str, host: Host) -> None:
        """A task left a process, which changes the host when nobody expects it any more."""
        now, chance = self.world.true, self.troubles.leaving
        remain = Remain(
            run,
            chance.randrange(1000, 9999),
            now,
            now + timedelta(seconds=chance.choice([3, 12, 60])),
            chance.random() < 0.2,
        )
        host.remains.append(remain)
        self.world.injected["process left", self.world.phase] += 1

        def act() -> None:
            if remain.until >= self.world.true:
                host.files["/etc/app"] = "changed later"

        self.world.at(remain.until, act)

    def _deployed(self, worker: Worker, host: Host, *, failing: bool) -> None:
        if failing:
            worker.results[host.name] = _outcome(host.name, "not_done", "task 'Start' failed")
            return
        host.deploy(stage_of(worker.request))
        if self.troubles.meddles:
            host.files[MEDDLED] = "a key"
            self.world.injected["release changes too much", self.world.phase] += 1
        host.healthy = self.troubles.bad_release != "unhealthy"
        dies = self.troubles.bad_release == "dies"
        host.dies_at = self.world.true + timedelta(seconds=5) if dies else None
        if self.troubles.bad_release:
            self.world.injected[f"release {self.troubles.bad_release}", self.world.phase] += 1
        worker.results[host.name] = _outcome(host.name, "done", "")

    def _backed_out(self, worker: Worker, host: Host, *, failing: bool) -> None:
        if failing:
            worker.results[host.name] = _outcome(host.name, "not_done", "task 'Restore' failed")
            return
        host.files.pop(MEDDLED, None)
        host.take_back(stage_of(worker.request))
        if self.troubles.forgetful:
            host.files["/etc/app.bak"] = "forgotten"
            self.world.injected["backout forgets a file", self.world.phase] += 1
        host.healthy, host.dies_at = True, None
        worker.results[host.name] = _outcome(host.name, "done", "")

    def _finish(self, worker: Worker) -> None:
        if worker.alive:
            worker.alive = False
            worker.gone_at = worker.finished_at = self.world.true

    def sight(self, attempt: str) -> Sighting:
        if self.world.struck(self.troubles.files / 10, "sight fails"):
            raise OSError("input/output error")
        worker = self.workers.get(attempt)
        if worker is None:
            return Sighting(attempt=attempt, state="absent")
        if worker.finished_at is not None:
            return Sighting(attempt=attempt, state="finished", outcome=self._outcome(worker))
        return _sighting(attempt, alive=worker.alive)

    def _outcome(self, worker: Worker) -> AttemptOutcome:
        return AttemptOutcome(
            attempt=worker.request.attempt,
            hosts=tuple(
                worker.results.get(h, _outcome(h, "unknown", "no evidence")) for h in worker.request.hosts
            ),
            exit_code=0,
            started_at=worker.started_at,
            ended_at=worker.finished_at or self.world.true,
            outrun_on=tuple(worker.outrun),
            changes=self._changes(worker),
            opened=worker.opened,
        )

    def _changes(self, worker: Worker) -> tuple[ChangesOn, ...]:
        """What the tasks of a run say that they changed, on the hosts where they began."""
        begun = [act.host for act in self.world.acts if act.attempt == worker.request.attempt]
        paths = [
            places_of(stage_of(worker.request))[0],
            *([self.troubles.uncaptured] if self.troubles.uncaptured else []),
        ]
        changes = tuple(Change(kind="file", name=path, task="Deploy") for path in paths)
        deploys = worker.request.purpose == "deploy" and begun
        return (ChangesOn(hosts=tuple(begun), changes=changes),) if deploys else ()

    def tasks_seen(self, attempt: str, after: int = 0) -> list[TaskSeen]:
        return []

    def stop(self, attempt: str, isolation: Isolation | None = None) -> bool:
        if self.world.struck(self.troubles.stubborn, "stop fails"):
            return False
        worker = self.workers.get(attempt)
        if worker is not None and worker.alive:
            worker.alive, worker.gone_at = False, self.world.true
        return True

    def run_of_others(self) -> None:
        """A deployment from a store that knows nothing of ours comes and goes, where nothing is at work that it would see."""
        free = [h for h in self.world.hosts.values() if h.up and h.busy_until <= self.world.true]
        epoch = self.locks.next_epoch()
        for host in free[: len(free) // 2 + 1]:
            host.epoch = epoch
            self.world.others.append((self.world.true, host.name))
            self.world.injected["run of others", self.world.phase] += 1

    def kill_a_worker(self) -> None:
        """kill -9 of a worker at work; what it began on hosts goes on there."""
        at_work = [w for w in self.workers.values() if w.alive]
        if at_work:
            self.world.injected["worker killed", self.world.phase] += 1
            worker = self.world.random.choice(at_work)
            worker.alive, worker.gone_at = False, self.world.true


def stage_of(request: AttemptRequest) -> str:
    """The stage that a run is of; empty in a plan without stages."""
    words = request.variables["orch"]
    return str(words["stage"]) if isinstance(words, dict) else ""


def _outrun(host: Host, request: AttemptRequest) -> bool:
    """The host's own fence: it knows nothing of deployments, only of epochs."""
    known = request.known.get(host.name)
    return host.epoch > request.epoch or (known is not None and host.epoch not in (0, *known))


def _covers(lock: HostLock, host: Host, request: AttemptRequest) -> bool:
    return lock.machine == f"id-{host.name}" and lock.deployment == request.deployment


@lru_cache(maxsize=64)
def _sighting(attempt: str, *, alive: bool) -> Sighting:
    return Sighting(attempt=attempt, state="running" if alive else "dead")


@lru_cache(maxsize=1024)
def _outcome(host: str, result: str, reason: str) -> HostOutcome:
    return HostOutcome.model_validate({"host": host, "result": result, "reason": reason})
