"""A scenario drawn from a seed: which plan, which fleet, which faults, which words from people."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from random import Random
from typing import Any

from orchestrator.domain.rules.prepared_plan import PreparedPlan
from orchestrator.domain.rules.release_policy import ReleasePolicy
from tests.fakes.host_locks import FakeHostLocks
from tests.simulation.authority import SimulatedAuthority
from tests.simulation.balancers import BalancerTroubles, SimulatedBalancers
from tests.simulation.drawn_stages import drawn_balancer, drawn_stages
from tests.simulation.journal import SimulatedJournal
from tests.simulation.metrics import SimulatedMeasurements, drawn_metrics
from tests.simulation.people import People
from tests.simulation.plans import drawn, drawn_whole
from tests.simulation.playbooks import SimulatedPlaybooks, Troubles
from tests.simulation.seals import SimulatedSeals
from tests.simulation.storage import SimulatedStorage
from tests.simulation.targets import SimulatedTargets
from tests.simulation.world import EPOCH, HORIZON, World
from tests.worlds.people import keys_of
from tests.worlds.plans import plan_tree

KINDS = {2: "stages", 6: "balanced", 7: "by hand"}
"""What kind of plan a seed draws, by what is left of it divided by nine; every other is plain."""
CALMER = 0.6
"""The share of them with fewer troubles."""


class Scenario:
    """Everything one simulated deployment needs; the same seed makes the same one."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        random = self.random = Random(seed)
        names = [f"h{n}" for n in range(1, random.randint(2, 8) + 1)]
        self.world = World(random, names)
        self.roles = random.choice([(), (), ("change manager",), ("change manager", "service owner")])
        self.authority = SimulatedAuthority(
            self.world, fail=random.choice([0, 0, 0.3]), kill=random.choice([0, 0, 0.3])
        )
        # By the number and not by chance, so that a seed draws what it has always drawn.
        self.holds = seed % 3 == 0
        self.authority.policy = _policy(self.roles, holds=self.holds)
        self.keys = keys_of(self.roles, also_deployer=["service owner"])
        measuring = Random(-2 - seed)
        self.metrics = drawn_metrics(measuring) if seed % 6 == 1 else []
        self.measurements = SimulatedMeasurements(measuring)
        staging = Random(-3 - seed)
        self.kind = KINDS.get(seed % 9, "plain")
        self.people = People(self.world, staging)
        self.balancers = SimulatedBalancers(self.world, staging, _balancer_troubles(staging))
        self.plan = self._plan(names, staging)
        self.locks = FakeHostLocks(self.world)
        self.storage = SimulatedStorage(self._ballast_thrown_off)
        self.full: list[tuple[datetime, datetime]] = []
        troubles = replace(
            _troubles(random, Random(-1 - seed), "/srv/app" if seed % 4 == 0 else ""),
            meddles=seed % 5 == 0,
            reads=seed % 7 == 0,
        )
        self.playbooks = SimulatedPlaybooks(self.world, self.locks, self.storage, troubles)
        self.targets = SimulatedTargets(
            self.world, thin=random.choice([0, 0, 0.05, 0.1]), sticky=random.choice([0, 0.3])
        )
        self.journal = SimulatedJournal(
            self.world,
            self.storage,
            kill=random.choice([0, 0.02, 0.1]),
            fail=random.choice([0, 0, 0.02]),
            keeps=seed % 20 > 0,
        )
        self.words = random.choice([0, 0.004, 0.02])
        self.rival = random.random() < 0.2
        self.rolls_back = random.random() < 0.3
        if self.kind != "plain" and staging.random() < CALMER:
            self._calmer()
        self._faults(names)

    def _calmer(self) -> None:
        """Less that ends a deployment early, so that later stages are reached."""
        self.targets.thin = self.authority.fail = self.authority.kill = 0
        self.words /= 4
        troubles = self.playbooks.troubles
        self.playbooks.troubles = replace(
            troubles, tasks=troubles.tasks or 0.1, bad_release="", leaves=0, meddles=False
        )

    def without_faults(self) -> "Scenario":
        """The same plan and fleet, with nothing drawn by chance that could go wrong."""
        self.playbooks.troubles, self.targets.thin = Troubles(), 0
        self.journal.kill = self.journal.fail = self.words = 0
        self.authority.fail = self.authority.kill = self.measurements.bad = 0
        self.rival = self.rolls_back = False
        self.people.conducts = ("does",)
        self.balancers.troubles = BalancerTroubles()
        return self

    def _plan(self, names: list[str], staging: Random) -> PreparedPlan:
        kind = self.random.choice(["phased", "pilot", "big-bang"])
        tree = plan_tree(**_strategy(kind, self.random, names))
        if self.metrics:
            tree["strategy"]["gate"]["metrics"] = self.metrics
        tree["backout"]["scope"] = self.random.choice(["failed", "wave", "all_touched"])
        tree["backout"]["on_failure"] = self.random.choice(["back_out", "back_out", "hold"])
        # Two of one title: an answer to one of them is none to the other.
        tree["validation"]["acceptance"] *= 2
        if self.random.random() < 0.3:
            tree["validation"]["early_life"] = {"duration": "20s", "every": "5s"}
        if self.kind in ("stages", "by hand"):
            return self._staged(tree, names, staging)
        if self.kind == "balanced":
            tree["strategy"]["load_balancer"] = drawn_balancer(staging, "app", len(names))
        return drawn(tree, len(names), self.authority.policy)

    def _staged(self, tree: dict[str, Any], names: list[str], staging: Random) -> PreparedPlan:
        """The same with stages in the place of one playbook with waves."""
        strategy, backout = tree["strategy"], tree["backout"]
        strategy["kind"] = "phased"
        if staging.random() < 0.5:
            strategy["failure_limit"] = {"wave": 1, "overall": "50%"}
        backout["on_failure"] = staging.choice(["hold", "back_out"])
        for of_stages in ("playbook", "waves", "pilot"):
            strategy.pop(of_stages, None)
        del backout["playbook"]
        strategy["stages"] = drawn_stages(staging, names, by_hand=self.kind == "by hand")
        tree["roles"]["service owner"] = "Cy"
        tree["suppliers"] = [{"name": "Acme", "contact": "noc@acme.example"}]
        tree["validation"]["acceptance"].append({"http": "http://{address}/", "on": "h1"})
        return drawn_whole(tree, len(names), self.authority.policy)

    def _faults(self, names: list[str]) -> None:
        self.seals = SimulatedSeals(self.seed)
        for _ in range(self.random.choice([0, 0, 1, 3])):
            self._cut(self.random.choice(names), self._moment())
        for _ in range(self.random.choice([0, 0, 1, 2])):
            self.world.at(self._moment(), self.playbooks.kill_a_worker)
        if self.random.random() < 0.15:
            self.world.at(self._moment(), self.playbooks.run_of_others)
        if self.random.random() < 0.3:
            self.world.at(self._moment(), self.random.choice([self.authority.lose, self.authority.change]))
        if self.random.random() < 0.1:
            skew = timedelta(seconds=self.random.choice([-3600, -20, 30, 7200]))
            self.world.at(self._moment(), lambda: self._set_clock(skew))
        if self.random.random() < 0.1:
            moment = self._moment()
            self.full.append((moment, moment + HORIZON / 4))
            self.world.at(moment, lambda: self._fill_disk(full=True))
            self.world.at(moment + HORIZON / 4, lambda: self._fill_disk(full=False))

    def _moment(self) -> datetime:
        return EPOCH + HORIZON / 2 * self.random.random()

    def _cut(self, name: str, moment: datetime) -> None:
        host = self.world.hosts[name]

        def cut() -> None:
            host.up = False
            self.world.injected["host cut", self.world.phase] += 1

        self.world.at(moment, cut)
        self.world.at(moment + HORIZON / 2 * self.random.random(), lambda: setattr(host, "up", True))

    def _set_clock(self, skew: timedelta) -> None:
        self.world.skew = skew
        self.world.injected["clock set", self.world.phase] += 1

    def _fill_disk(self, *, full: bool) -> None:
        self.storage.fill(full=full)
        if full:
            self.world.injected["disk full", self.world.phase] += 1

    def _ballast_thrown_off(self) -> None:
        self.world.injected["ballast thrown off", self.world.phase] += 1


def _balancer_troubles(random: Random) -> BalancerTroubles:
    return BalancerTroubles(
        refuses=random.choice([0, 0, 0.1]),
        down=random.choice([0, 0, 0.05]),
        late=random.choice([0, 0.2]),
        lasting=random.choice([0, 0, 0.2]),
    )


@cache
def _policy(roles: tuple[str, ...], *, holds: bool) -> ReleasePolicy | None:
    """The rules that ask for approvals by these roles, if there are any, or hold a deployment to what may change."""
    asked = {"approvals": {"before": list(roles)}, "undo_before_close": False}
    words = {"orch": 1, "policy": "house", "version": 1, "title": "House rules", **asked}
    if holds:
        words["may_change"] = {"files": ["/etc/app", "/var/lib/app/**"], "packages": "any"}
    return ReleasePolicy.model_validate(words) if roles or holds else None


def _troubles(random: Random, leaving: Random, uncaptured: str) -> Troubles:
    """`leaving` is apart, so that processes that are left change nothing of what else a seed draws."""
    return Troubles(
        tasks=random.choice([0, 0, 0.1, 0.4]),
        slow=random.choice([0, 0, 0.05]),
        files=random.choice([0, 0, 0.05]),
        stubborn=random.choice([0, 0.5]),
        bad_release=random.choice(["", "", "", "unhealthy", "dies"]),
        forgetful=random.random() < 0.15,
        leaves=leaving.choice([0, 0, 0, 0.1, 0.4]),
        leaving=leaving,
        uncaptured=uncaptured,
    )


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
