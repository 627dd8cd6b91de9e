"""A simulated fleet and its time: hosts with a version and a set of files, and what was truly done to them."""

import heapq
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from orchestrator.domain.evidence.left_process import LeftProcess
from orchestrator.domain.journal.lifecycle import State, after
from orchestrator.engine.ports import Clock

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
HostState = tuple[str, tuple[tuple[str, str], ...]]
"""What a baseline sees: the version, and the files with what is in them."""
AS_BEFORE: HostState = ("1.0", (("/etc/app", "old"),))
MEDDLED = "/root/.ssh/authorized_keys"
"""What some releases bring although nothing of the kind may change."""
HORIZON = timedelta(seconds=120)
"""Simulated time in which faults happen; after it they end, and so must the deployment."""

_PHASES = {
    State.VERIFYING_ENVIRONMENT: "environment",
    State.CAPTURING_BASELINE: "baseline",
    State.DEPLOYING: "wave",
    State.VERIFYING_WAVE: "verification",
    State.AT_GATE: "gate",
    State.EARLY_LIFE_SUPPORT: "early life",
    State.BACKING_OUT: "backout",
}


@dataclass
class Act:
    """A line of the act log: what was truly begun on a host, and until when its work goes on there."""

    at: datetime
    host: str
    attempt: str
    deployment: str
    purpose: str
    until: datetime
    stage: str = ""
    by_hand: bool = False


@dataclass
class Remain:
    """A process that a run's task left on its host: it changes the host as its last act, unless it is ended before."""

    run: str
    pid: int
    since: datetime
    until: datetime
    sticks: bool

    def lives(self, moment: datetime) -> bool:
        return self.since <= moment < self.until

    def as_seen(self) -> LeftProcess:
        return LeftProcess(run=self.run, pid=self.pid, program="sh")


@dataclass
class Host:
    """What a host truly holds, whatever anybody believes of it."""

    name: str
    releases: set[str] = field(default_factory=set)
    """Stages whose release is whole here; that of a plan without stages has no name."""
    files: dict[str, str] = field(default_factory=lambda: {"/etc/app": "old"})
    up: bool = True
    healthy: bool = True
    busy_until: datetime = EPOCH
    ended_runs: set[str] = field(default_factory=set)
    dies_at: datetime | None = None
    work: Act | None = None
    epoch: int = 0
    remains: list[Remain] = field(default_factory=list)

    @property
    def version(self) -> str:
        """That of the release, as soon as any stage brought it."""
        return "2.0" if self.releases else "1.0"

    def half_deploy(self, stage: str) -> None:
        """A deploy began: what was there is saved, and the release is half there."""
        kept, saved = places_of(stage)
        self.files.setdefault(saved, self.files.get(kept, ""))
        self.files[kept] = "half"

    def deploy(self, stage: str) -> None:
        """A deploy ended well."""
        self.releases.add(stage)
        self.files[places_of(stage)[0]] = "new"

    def take_back(self, stage: str) -> None:
        """A backout ended well: what was saved is there again; a file that was not there before is gone."""
        kept, saved = places_of(stage)
        before = self.files.pop(saved, None)
        if before:
            self.files[kept] = before
        elif before is not None:
            self.files.pop(kept, None)
        self.releases.discard(stage)

    def rest(self, now: datetime) -> None:
        """Nothing is at work here any more."""
        self.busy_until = min(self.busy_until, now)
        if self.work is not None:
            self.work.until = min(self.work.until, now)

    def state(self) -> HostState:
        """What a baseline sees."""
        return self.version, tuple(sorted(self.files.items()))


def places_of(stage: str) -> tuple[str, str]:
    """Where a stage's release lies, and where its deploy saves what was there."""
    return (
        (f"/var/lib/app/{stage}", f"/var/lib/app/{stage}.saved")
        if stage
        else ("/etc/app", "/var/lib/app/saved")
    )


class World(Clock):
    """The fleet and its time. Scheduled things happen while somebody sleeps."""

    def __init__(self, random: Random, names: Sequence[str]) -> None:
        self.random = random
        self.hosts = {name: Host(name) for name in names}
        self.acts: list[Act] = []
        self.broken: list[str] = []
        self.others: list[tuple[datetime, str]] = []
        self.captured: dict[str, list[tuple[datetime, object]]] = defaultdict(list)
        self.uncaptured: list[tuple[str, str]] = []
        """By host: what a release changed there that no baseline sees."""
        self.given: dict[tuple[str, int | None, str], list[datetime]] = defaultdict(list)
        self.injected: Counter[tuple[str, str]] = Counter()
        self.state = State.PLANNED
        self.true = EPOCH
        self.skew = timedelta(0)
        self._due: list[tuple[datetime, int, Callable[[], None]]] = []
        self._count = 0

    def now(self) -> datetime:
        return self.true + self.skew if self.skew else self.true

    def uptime(self) -> tuple[str, float]:
        return "boot", (self.true - EPOCH).total_seconds()

    def sleep(self, seconds: float) -> None:
        moment = self.true + timedelta(seconds=max(seconds, 0.001))
        if self._due and self._due[0][0] <= moment:
            self.advance_to(moment)
        else:
            self.true = moment

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

    def heard(self, kind: str) -> None:
        """The deployment went on to its next state, so that a fault is counted in the phase in which it fell."""
        self.state = after(self.state, kind) or self.state

    @property
    def phase(self) -> str:
        """Where the deployment is, in few words."""
        return _PHASES.get(self.state, "before" if self.state is not State.COMPLETED else "over")

    @property
    def troubled(self) -> bool:
        """Faults still happen."""
        return self.true < EPOCH + HORIZON

    def struck(self, chance: float, fault: str) -> bool:
        """Whether a fault strikes now; counted by kind and phase."""
        strikes = chance > 0 and self.troubled and self.random.random() < chance
        if strikes:
            self.injected[fault, self.phase] += 1
        return strikes

    def healthy(self, host: Host) -> bool:
        """Whether the service answers now."""
        return host.up and host.healthy and not (host.dies_at is not None and self.true >= host.dies_at)
