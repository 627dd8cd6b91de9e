"""A journal in memory that the driver can be killed around, and that can fail."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from random import Random

from orchestrator.domain.events import HOUSE, Event, Recorded
from orchestrator.engine.ports import DriverClaim, Journal
from orchestrator.errors import Conflict, StoreFault
from tests.simulation.world import World


class Killed(BaseException):
    """kill -9 of the driver: nothing after it is executed."""


class _Claim(DriverClaim, AbstractContextManager["DriverClaim"]):
    def __enter__(self) -> DriverClaim:
        return self

    def __exit__(self, *exception: object) -> None:
        return None


class SimulatedJournal(Journal):
    """Appends are all or nothing; `kill` and `fail` are the chances of a death or a store fault at an append."""

    def __init__(self, world: World, random: Random, *, kill: float, fail: float) -> None:
        self._world = world
        self._random = random
        self.kill = kill
        self.fail = fail
        self.records: dict[str, list[Recorded]] = {}
        self.true_times: dict[tuple[str, int], datetime] = {}

    def append(self, deployment: str, expected_seq: int, events: Sequence[Event]) -> list[Recorded]:
        known = self.records.get(deployment, [])
        if len(known) != expected_seq:
            raise Conflict("somebody else wrote")
        if self._random.random() < self.fail:
            raise StoreFault("no space left on device")
        if self._random.random() < self.kill / 2:
            raise Killed
        added = [
            Recorded(deployment=deployment, seq=expected_seq + n, at=self._world.now(), event=event)
            for n, event in enumerate(events, 1)
        ]
        self.records[deployment] = [*known, *added]
        self.true_times |= {(deployment, record.seq): self._world.true for record in added}
        if self._random.random() < self.kill / 2:
            raise Killed
        return added

    def read(self, deployment: str, after: int = 0) -> list[Recorded]:
        return self.records.get(deployment, [])[after:]

    def deployments(self) -> list[str]:
        return [name for name in reversed(self.records) if name != HOUSE]

    def drive_alone(self, deployment: str) -> DriverClaim:
        return _Claim()
