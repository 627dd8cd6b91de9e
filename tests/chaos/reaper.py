"""kill -9 at a chosen moment: every port is wrapped, and each thing done through it is a point at which one can die."""

import os
import signal
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from orchestrator.adapters.clock import SystemClock
from orchestrator.adapters.files.project_authority import ProjectAuthority
from orchestrator.adapters.store import DirectoryBaselineStore, SqlHostLocks, SqlJournal
from orchestrator.domain.evidence.attempt import AttemptRequest, Isolation
from orchestrator.domain.evidence.attempt_sighting import Sighting
from orchestrator.domain.evidence.baseline import Baseline, BaselineReference
from orchestrator.domain.journal.events import Event, Recorded
from orchestrator.domain.journal.events.rotation import Way
from orchestrator.domain.journal.host_lock import HostLock
from orchestrator.domain.plan.load_balancer import Balancer
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.target import Target
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.engine.balancing_ports import BalancerPlace
from orchestrator.engine.ports import Governing, PrivateCopy, Proof
from tests.chaos.disk_fleet import DiskBalancers, DiskPlaybooks


class Reaper:
    """Counts the points that a driver passes, and kills it with SIGKILL at number `at`."""

    def __init__(self, at: int | None = None) -> None:
        self.at = at
        self.passed: list[str] = []

    def point(self, name: str) -> None:
        """One may die here."""
        self.passed.append(name)
        if self.at == len(self.passed):
            os.kill(os.getpid(), signal.SIGKILL)


class QuickClock(SystemClock):
    """The system's clock, which sleeps but a moment, and is asked for the time inside each transaction."""

    def __init__(self, reaper: Reaper) -> None:
        self.reaper = reaper
        self.inside: str | None = None

    def now(self) -> datetime:
        if self.inside is not None:
            self.reaper.point(self.inside)
        return super().now()

    def sleep(self, seconds: float) -> None:
        super().sleep(min(seconds, 0.004))


class DoomedJournal(SqlJournal):
    """The real journal: one may die before, inside and after the transaction of each event."""

    clock: QuickClock
    reaper: Reaper

    def append(
        self, deployment: str, expected_seq: int, events: Sequence[Event], proof: Proof | None = None
    ) -> list[Recorded]:
        kind = events[-1].kind
        self.reaper.point(f"before {kind}")
        self.clock.inside = f"inside {kind}"
        try:
            added = super().append(deployment, expected_seq, events, proof)
        finally:
            self.clock.inside = None
        self.reaper.point(f"after {kind}")
        return added


class DoomedLocks(SqlHostLocks):
    """The real locks: one may die before and after each transaction."""

    reaper: Reaper

    def take(self, deployment: str, machines: Mapping[str, str], by: str) -> list[HostLock]:
        self.reaper.point("before locking")
        held = super().take(deployment, machines, by)
        self.reaper.point("after locking")
        return held

    def give_back(self, deployment: str) -> None:
        self.reaper.point("before unlocking")
        super().give_back(deployment)
        self.reaper.point("after unlocking")

    def next_epoch(self) -> int:
        epoch = super().next_epoch()
        self.reaper.point("after next epoch")
        return epoch


class DoomedAuthority(ProjectAuthority):
    """The real private copies: one may die before and after one is made or removed, and in between."""

    reaper: Reaper
    policy: ReleasePolicy | None = None

    def governing(self, plan: ReleasePlan, project: Path) -> Governing:
        """The rules of the story, which stand in no file."""
        return Governing(self.policy)

    def freeze(self, deployment: str, plan: ReleasePlan, project: Path, plan_file: Path) -> PrivateCopy:
        self.reaper.point("before freezing")
        copy = super().freeze(deployment, plan, project, plan_file)
        self.reaper.point("after freezing")
        return copy

    def discard(self, deployment: str) -> None:
        super().discard(deployment)
        self.reaper.point("after discarding a copy")


class DoomedBaselines(DirectoryBaselineStore):
    """The real store of baselines."""

    reaper: Reaper

    def put_all(self, baselines: Sequence[Baseline]) -> list[BaselineReference]:
        references = super().put_all(baselines)
        self.reaper.point("after storing the baselines")
        return references


class DoomedBalancers(DiskBalancers):
    """One may die before and after each move."""

    reaper: Reaper

    def move(
        self, balancer: Balancer, place: BalancerPlace, targets: Sequence[Target], *, way: Way
    ) -> dict[str, str]:
        self.reaper.point(f"before moving {way}")
        failed = super().move(balancer, place, targets, way=way)
        self.reaper.point(f"after moving {way}")
        return failed


class DoomedPlaybooks(DiskPlaybooks):
    """One may die before, inside and after the start of a worker, and before each look at one."""

    reaper: Reaper

    def start(self, request: AttemptRequest) -> None:
        self.reaper.point("before start")
        super().start(request)
        self.reaper.point("after start")

    def between_folder_and_worker(self) -> None:
        self.reaper.point("inside start")

    def sight(self, attempt: str) -> Sighting:
        sighting = super().sight(attempt)
        # A look at a running worker is one point only, however often it is repeated.
        if sighting.state != "running":
            self.reaper.point("after sight")
        return sighting

    def stop(self, attempt: str, isolation: Isolation | None = None) -> bool:
        self.reaper.point("before stop")
        gone = super().stop(attempt, isolation)
        self.reaper.point("after stop")
        return gone
