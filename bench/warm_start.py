"""What warm start is worth: one rollout with its extents in turns, from the journal and the meter."""

import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import get_args

from bench.compare import Say, measured
from bench.contenders import Contender, Environment
from bench.journal_times import Times
from bench.overhead import of_run
from bench.site import Site, three_waves
from bench.table import aligned
from orchestrator.adapters.ansible.warm import Extent

EXTENTS: tuple[Extent, ...] = get_args(Extent)
PLANS: Mapping[str, Mapping[str, str]] = {
    "plain": {},
    "accelerated": {"accelerate": "orch"},
    "mitogen": {"accelerate": "mitogen"},
}
FIGURES = (
    "wall",
    "cpu",
    "fleet_cpu",
    "memory_mib",
    "before",
    "launching",
    "second_wave_start",
    "later_wave_start",
)
"""`before`: until the journal begins; `launching`: from the intent to the first task, of all waves; starts: from the gate."""
MEBI = 1 << 20


def rollouts(site: Site, rounds: int, say: Say) -> dict[str, dict[str, list[Times]]]:
    """The figures of each rollout by plan and extent: extents in turns, so many times. Raises BenchFault."""
    costs: dict[str, dict[str, list[Times]]] = {plan: {extent: [] for extent in EXTENTS} for plan in PLANS}
    for number in range(1, rounds + 1):
        for plan, strategy in PLANS.items():
            for extent in EXTENTS:
                times = _rollout(site, extent, strategy)
                costs[plan][extent].append(times)
                say(f"  {len(site.names)} hosts, round {number}, {plan}, {extent}: {times['wall']:.1f} s")
    return costs


def _rollout(site: Site, extent: Extent, strategy: Mapping[str, str]) -> Times:
    seen: list[Times] = []

    def look(contender: Contender, home: Path, wall: float) -> None:
        seen.append(of_run(home / "orch", wall))

    cost = measured(site, Contender(extent, extent, partial(_command, extent, strategy)), look)
    memory = (cost["memory"] or 0.0) / MEBI
    return {**seen[0], "cpu": cost["cpu"], "fleet_cpu": cost["fleet_cpu"], "memory_mib": memory}


def _command(
    extent: Extent, strategy: Mapping[str, str], site: Site, home: Path
) -> tuple[list[str], Environment]:
    plan = site.write_plan("warm.yml", three_waves(len(site.names)), **strategy)
    settings = {"ORCH_HOME": str(home / "orch"), "PYTHONPATH": str(Path(__file__).parents[1])}
    return [sys.executable, "-m", "bench.warm_deploy", extent, str(plan)], settings


def medians(rounds: Sequence[Times]) -> Times:
    """Of each figure."""
    return {name: median(times[name] for times in rounds) for name in FIGURES}


def table(title: str, by_extent: Mapping[str, Times]) -> str:
    """A line for each figure: its median for each extent, and the ratio to the cold start."""
    rows = [["", *by_extent]]
    for name in FIGURES:
        cold = by_extent["cold"][name]
        values = [by_extent[extent][name] for extent in EXTENTS]
        rows.append([name.replace("_", " "), *(f"{value:.3f} ({_ratio(value, cold)})" for value in values)])
    return f"{title}: medians, in brackets the ratio to a cold start\n{aligned(rows)}"


def _ratio(value: float, base: float) -> str:
    return f"{value / base:.2f}" if base else "-"
