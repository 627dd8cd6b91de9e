"""Private copies in the simulation: made, removed and changed behind the core's back, on a disk that can be full."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.engine.ports import PrivateCopy
from orchestrator.errors import StoreFault
from tests.fakes.authority import FakeAuthority
from tests.simulation.journal import Killed
from tests.simulation.world import World


class SimulatedAuthority(FakeAuthority):
    """`fail` is the chance that a copy cannot be written whole, `kill` that the driver dies while it is."""

    def __init__(self, world: World, *, fail: float, kill: float) -> None:
        super().__init__()
        self.world = world
        self.fail = fail
        self.kill = kill
        self.states: dict[str, list[tuple[datetime, bool]]] = {}

    def freeze(self, deployment: str, plan: ReleasePlan, project: Path, plan_file: Path) -> PrivateCopy:
        copy = super().freeze(deployment, plan, project, plan_file)
        if self.world.struck(self.kill, "killed while freezing"):
            self.frozen[deployment].popitem()
            raise Killed
        if self.world.struck(self.fail, "disk full while freezing"):
            del self.frozen[deployment]
            raise StoreFault("no space left on device")
        self._noted(deployment)
        return copy

    def restore(
        self, place: str, project: Path, files: Mapping[str, str], added: Sequence[str]
    ) -> tuple[str, ...]:
        restored = super().restore(place, project, files, added)
        self._noted(Path(place).name)
        return restored

    def lose(self) -> None:
        """All copies are gone."""
        self.world.injected["private copy lost", self.world.phase] += bool(self.frozen)
        lost = [*self.frozen]
        self.frozen.clear()
        for deployment in lost:
            self._noted(deployment)

    def change(self) -> None:
        """A playbook of each copy is another one now."""
        for deployment, copy in self.frozen.items():
            copy[self.world.random.choice(sorted(copy))] = "does something else"
            self._noted(deployment)
            self.world.injected["private copy changed", self.world.phase] += 1

    def as_planned(self, deployment: str, moment: datetime) -> bool:
        """Whether the deployment's copy was at that true time what it was planned with."""
        states = self.states.get(deployment, [])
        return next((fits for at, fits in reversed(states) if at <= moment), False)

    def _noted(self, deployment: str) -> None:
        now = self.frozen.get(deployment) == self.files
        self.states.setdefault(deployment, []).append((self.world.true, now))
