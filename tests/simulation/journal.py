"""A journal in memory that the driver can be killed around, and that can fail."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from orchestrator.domain.brief import Brief
from orchestrator.domain.events import HOUSE, Event, Recorded
from orchestrator.engine.ports import DriverClaim, Journal, Progress, Told
from orchestrator.errors import Conflict, StoreFault
from tests.simulation.storage import SimulatedStorage
from tests.simulation.world import World

APPEND = 256 << 10
"""Bytes that an append takes of a full disk: more than it is, so that ballast runs out in some seeds."""


class Killed(BaseException):
    """kill -9 of the driver: nothing after it is executed."""


class _Claim(DriverClaim, AbstractContextManager["DriverClaim"]):
    def __init__(self, claims: set[str], deployment: str) -> None:
        if deployment in claims:
            raise Conflict(f"{deployment} is driven already")
        self._claims = claims
        self._deployment = deployment
        claims.add(deployment)

    def __enter__(self) -> DriverClaim:
        return self

    def __exit__(self, *exception: object) -> None:
        self._claims.discard(self._deployment)


class SimulatedJournal(Journal):
    """Appends are all or nothing; `kill` and `fail` are the chances of a death or a store fault at an append.

    On a full disk an append takes of the ballast, and where none is left it fails.
    """

    def __init__(self, world: World, storage: SimulatedStorage, *, kill: float, fail: float) -> None:
        self._world = world
        self._storage = storage
        self._claims: set[str] = set()
        self.kill = kill
        self.fail = fail
        self.records: dict[str, list[Recorded]] = {}
        self.true_times: dict[tuple[str, int], datetime] = {}

    def append(self, deployment: str, expected_seq: int, events: Sequence[Event]) -> list[Recorded]:
        known = self.records.get(deployment, [])
        if len(known) != expected_seq:
            raise Conflict("somebody else wrote")
        no_room = not self._storage.written(APPEND, deployment)
        if no_room or self._world.struck(self.fail, "store fault"):
            raise StoreFault("no space left on device")
        if self._world.struck(self.kill / 2, "killed before an append"):
            raise Killed
        added = [
            Recorded(deployment=deployment, seq=expected_seq + n, at=self._world.now(), event=event)
            for n, event in enumerate(events, 1)
        ]
        self.records[deployment] = [*known, *added]
        self.true_times |= {(deployment, record.seq): self._world.true for record in added}
        if self._world.struck(self.kill / 2, "killed after an append"):
            raise Killed
        return added

    def read(self, deployment: str, after: int = 0) -> list[Recorded]:
        return self.records.get(deployment, [])[after:]

    def deployments(self) -> list[str]:
        return [name for name in reversed(self.records) if name != HOUSE]

    def progress(self, deployments: Sequence[str]) -> Mapping[str, Progress]:
        return {name: Progress(len(self.records[name]), None) for name in deployments if name in self.records}

    def briefs(self) -> Mapping[str, Brief]:
        return {}

    def keep(self, told: Sequence[Told]) -> None:
        return None

    def drive_alone(self, deployment: str) -> DriverClaim:
        return _Claim(self._claims, deployment)

    def when(self, record: Recorded) -> datetime:
        """The true time of a record, whatever the clock said."""
        return self.true_times[record.deployment, record.seq]
