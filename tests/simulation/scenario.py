"""A scenario drawn from a seed: which plan, which fleet, which faults, which words from people."""

from datetime import timedelta
from random import Random
from typing import Any

from orchestrator.domain.prepared import PreparedPlan
from tests.plans import plan_of, plan_tree, prepared, targets_named
from tests.simulation.journal import SimulatedJournal
from tests.simulation.world import EPOCH, SimulatedPlaybooks, SimulatedTargets, World

HORIZON = 120
"""Seconds of simulated time in which faults happen; after it they end, and so must the deployment."""


class Scenario:
    """Everything one simulated deployment needs; the same seed makes the same one."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.random = Random(seed)
        names = [f"h{n}" for n in range(1, self.random.randint(2, 8) + 1)]
        self.world = World(self.random, names)
        self.plan = self._plan(names)
        self.playbooks = SimulatedPlaybooks(
            self.world,
            trouble=self.random.choice([0, 0, 0.1, 0.4]),
            bad_release=self.random.choice(["", "", "unhealthy", "dies"]),
            forgetful=self.random.random() < 0.15,
        )
        self.targets = SimulatedTargets(self.world)
        self.journal = SimulatedJournal(
            self.world,
            self.random,
            kill=self.random.choice([0, 0.02, 0.1]),
            fail=self.random.choice([0, 0, 0.02]),
        )
        self._faults(names)

    def _plan(self, names: list[str]) -> PreparedPlan:
        kind = self.random.choice(["phased", "pilot", "big-bang"])
        tree = plan_tree(**_strategy(kind, self.random, names))
        tree["backout"]["scope"] = self.random.choice(["failed", "wave", "all_touched"])
        tree["backout"]["on_failure"] = self.random.choice(["back_out", "back_out", "hold"])
        if self.random.random() < 0.3:
            tree["validation"]["early_life"] = {"duration": "20s", "every": "5s"}
        return prepared(plan_of(tree), targets_named(*names))

    def _faults(self, names: list[str]) -> None:
        for _ in range(self.random.choice([0, 0, 1, 3])):
            moment = EPOCH + timedelta(seconds=self.random.random() * HORIZON / 2)
            host = self.world.hosts[self.random.choice(names)]
            back = moment + timedelta(seconds=self.random.random() * HORIZON / 2)
            self.world.at(moment, lambda host=host: setattr(host, "up", False))  # type: ignore[misc]
            self.world.at(back, lambda host=host: setattr(host, "up", True))  # type: ignore[misc]
        for _ in range(self.random.choice([0, 0, 1, 2])):
            moment = EPOCH + timedelta(seconds=self.random.random() * HORIZON / 2)
            self.world.at(moment, self.playbooks.kill_a_worker)
        if self.random.random() < 0.1:
            moment = EPOCH + timedelta(seconds=self.random.random() * HORIZON / 2)
            skew = timedelta(seconds=self.random.choice([-3600, -20, 30, 7200]))
            self.world.at(moment, lambda: setattr(self.world, "skew", skew))


def _strategy(kind: str, random: Random, names: list[str]) -> dict[str, Any]:
    gate = {"soak": random.choice(["0s", "12s"]), "every": "4s"}
    if random.random() < 0.15:
        gate["confirm"] = "service owner"
    limit = random.choice([0, 0, 1, "50%"])
    strategy: dict[str, Any] = {
        "kind": kind,
        "gate": gate,
        "idempotent": random.random() < 0.8,
        "failure_limit": {"wave": limit, "overall": limit},
    }
    if kind == "phased":
        strategy["waves"] = random.choice(
            [[1, "rest"], ["50%", "rest"], [1, "50%", "rest"][: 2 + (len(names) > 2)]]
        )
        if strategy["waves"][-1] != "rest" or len(names) < 3:
            strategy["waves"] = [1, "rest"]
    if kind == "pilot":
        strategy |= {"waves": [], "pilot": {"hosts": ["h1"], "gate": gate}}
    if kind == "big-bang":
        strategy["waves"] = []
    return strategy
