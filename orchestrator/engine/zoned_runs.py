"""Attempts by zone: those of a zone's hosts are its nodes' work, all others this machine's."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path

from orchestrator.domain.evidence.attempt import Acceleration, AttemptRequest, Isolation, RunIsolation
from orchestrator.domain.evidence.attempt_sighting import Sighting, TaskSeen
from orchestrator.domain.evidence.run_software import AnsibleUsed, RunSoftware
from orchestrator.engine.ports import Clock, PlaybookRuns
from orchestrator.errors import MachineLacks


class RunsOfZones(PlaybookRuns):
    """Attempts whose requests name a zone."""

    @abstractmethod
    def knows(self, attempt: str) -> bool:
        """Whether an attempt of this name was given to a zone. Raises StoreFault."""

    @abstractmethod
    def isolation_in(self, zone: str, image: str | None, *, acts_here: bool) -> RunIsolation:
        """What a run on a node of the zone is shut off by. Raises MachineLacks."""


class NoZones(RunsOfZones):
    """Where the store is no server that nodes could be reached by."""

    def knows(self, attempt: str) -> bool:
        """None is."""
        return False

    def start(self, request: AttemptRequest) -> None:
        """Raises MachineLacks."""
        raise no_zone(request.zone)

    def sight(self, attempt: str) -> Sighting:
        """None is."""
        return Sighting(attempt=attempt, state="absent")

    def tasks_seen(self, attempt: str, after: int = 0) -> list[TaskSeen]:
        """None."""
        return []

    def stop(self, attempt: str, isolation: Isolation | None = None) -> bool:
        """There is nothing to stop."""
        return True

    def make_ready(self, project: str, accelerate: Acceleration | None = None) -> None:
        """Nothing to do."""

    def let_go(self) -> None:
        """Nothing to do."""

    def isolation_in(self, zone: str, image: str | None, *, acts_here: bool) -> RunIsolation:
        """Raises MachineLacks."""
        raise no_zone(zone)


def no_zone(zone: str) -> MachineLacks:
    """Hosts of a zone are no work of this machine, and nobody else is there to do it."""
    return MachineLacks(
        f"Hosts are in the zone {zone} (orch_zone of the inventory, or resources.zones), whose nodes are reached through a "
        "store on PostgreSQL, and this one is a file. Set ORCH_STORE_URL, or take the zone off these hosts."
    )


class ZonedRuns(PlaybookRuns):
    """`of_zones` is made when it is needed; whether an attempt is of a zone is asked there, for its name does not say."""

    def __init__(self, here: PlaybookRuns, of_zones: Callable[[], RunsOfZones]) -> None:
        self._here, self._make = here, of_zones
        self._made: RunsOfZones | None = None
        self._remote: dict[str, bool] = {}

    def _zones(self) -> RunsOfZones:
        if self._made is None:
            self._made = self._make()
        return self._made

    def _of(self, attempt: str) -> PlaybookRuns:
        """Who has the attempt; one that is known here is asked nowhere else."""
        if attempt not in self._remote:
            absent = self._here.sight(attempt).state == "absent"
            if absent and not self._zones().knows(attempt):
                return self._here
            self._remote[attempt] = absent
        return self._zones() if self._remote[attempt] else self._here

    def start(self, request: AttemptRequest) -> None:
        """See the port."""
        (self._zones() if request.zone else self._here).start(request)

    def sight(self, attempt: str) -> Sighting:
        """See the port."""
        return self._of(attempt).sight(attempt)

    def await_end(self, attempt: str, clock: Clock, seconds: float) -> None:
        """See the port."""
        self._of(attempt).await_end(attempt, clock, seconds)

    def tasks_seen(self, attempt: str, after: int = 0) -> list[TaskSeen]:
        """See the port."""
        return self._of(attempt).tasks_seen(attempt, after)

    def stands_still(self, attempt: str) -> str:
        """See the port."""
        return self._of(attempt).stands_still(attempt)

    def stop(self, attempt: str, isolation: Isolation | None = None) -> bool:
        """See the port."""
        return self._of(attempt).stop(attempt, isolation)

    def make_ready(self, project: str, accelerate: Acceleration | None = None) -> None:
        """See the port."""
        self._here.make_ready(project, accelerate)

    def software(
        self, project: Path, playbooks: Sequence[str] = (), inventory: str = "", image: str | None = None
    ) -> RunSoftware:
        """See the port: that of this machine, which nodes must have too."""
        return self._here.software(project, playbooks, inventory, image)

    def isolation(self, image: str | None, *, acts_here: bool, zone: str = "") -> RunIsolation:
        """See the port."""
        if zone:
            return self._zones().isolation_in(zone, image, acts_here=acts_here)
        return self._here.isolation(image, acts_here=acts_here)

    def go_on_with(self, ansible: AnsibleUsed) -> AnsibleUsed | None:
        """See the port."""
        return self._here.go_on_with(ansible)

    def let_go(self) -> None:
        """See the port."""
        self._here.let_go()
        if self._made is not None:
            self._made.let_go()
