"""Planning in memory: no file is read."""

from collections.abc import Callable
from pathlib import Path

from orchestrator.domain.place import Place, in_place
from orchestrator.domain.prepared import PreparedPlan
from orchestrator.engine.ports import Planning
from tests.fakes.authority import FakeAuthority
from tests.worlds.plans import prepared


class FakePlanning(Planning):
    """Plans by the name of their file; every other file holds what `usual` makes at that moment."""

    def __init__(self, usual: Callable[[], PreparedPlan]) -> None:
        self.usual = usual
        self.plans: dict[str, PreparedPlan] = {}

    def prepare(self, plan: Path, place: Place | None = None) -> PreparedPlan:
        ready = self.plans.get(plan.name) or self.usual()
        return ready if place is None else elsewhere(ready, place)


def elsewhere(ready: PreparedPlan, place: Place) -> PreparedPlan:
    """The plan made ready for a rehearsal; its hosts are those of any place."""
    there = prepared(in_place(ready.plan, place), ready.targets, FakeAuthority(ready.policy, ready.model))
    return there.model_copy(update={"written": ready.plan})
