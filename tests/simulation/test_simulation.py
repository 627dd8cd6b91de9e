"""Hundreds of simulated deployments with faults and deaths; each must end, and end truthfully."""

import os

import pytest

from orchestrator.domain.fold.fold import fold
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.engine.lookup.cmdb_items import all_updates
from tests.simulation.oracle import broken
from tests.simulation.run import run
from tests.simulation.scenario import Scenario
from tests.worlds.plans import prepared

SEEDS = int(os.environ.get("ORCH_SEEDS", "1750"))
SLICES, IN_MAKE_TEST = 20, 6


@pytest.mark.parametrize(
    "part", [pytest.param(n, marks=[pytest.mark.slow] if n >= IN_MAKE_TEST else []) for n in range(SLICES)]
)
def test_every_seed_ends_truthfully(part: int) -> None:
    for seed in range(part, SEEDS, SLICES):
        scenario = Scenario(seed)
        deployment = run(scenario)
        assert broken(scenario, deployment) == [], f"seed {seed}"


def test_the_same_seed_makes_the_same_journal() -> None:
    for seed in range(20):
        first, second = Scenario(seed), Scenario(seed)
        run(first)
        run(second)
        assert first.journal.records == second.journal.records


def test_the_plan_of_a_scenario_is_what_is_prepared_of_it() -> None:
    for seed in range(200):
        scenario = Scenario(seed)
        plan = ReleasePlan.model_validate_json(scenario.plan.plan.model_dump_json())
        assert scenario.plan == prepared(plan, scenario.plan.targets, scenario.authority), f"seed {seed}"


def test_the_fold_that_the_journal_keeps_is_that_of_its_events() -> None:
    for seed in range(1, 20):
        scenario = Scenario(seed)
        run(scenario)
        for name in scenario.journal.deployments():
            assert scenario.journal.deployment(name) == fold(scenario.journal.records[name]), f"seed {seed}"


@pytest.mark.parametrize("seed", [1277, 25696, 101686, 257017, 711099, 711651, 711982, 503091, 506030])
def test_seeds_that_once_broke_something_stay_sound(seed: int) -> None:
    scenario = Scenario(seed)
    assert broken(scenario, run(scenario)) == []


def test_what_the_cmdb_learnt_with_each_end_is_what_its_journal_says() -> None:
    learnt = 0
    for seed in range(30):
        scenario = Scenario(seed)
        run(scenario)
        made, unreadable = all_updates(scenario.journal)
        assert scenario.journal.learnt == made, f"seed {seed}"
        assert not unreadable
        learnt += len(made)
    assert learnt > 15
