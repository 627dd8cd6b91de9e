"""Contenders side by side: rounds interleaved, hosts reset before each run and looked at after it, medians and ratios."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import TypedDict

from bench.contenders import BASE, Contender, environment
from bench.site import BenchFault, Site

LONGEST = 1800.0
"""Seconds after which a run is given up."""
FIGURES = ("wall", "cpu", "fleet_cpu", "all_cpu", "memory", "written")
Say = Callable[[str], None]


class Cost(TypedDict):
    """Of one run: seconds of wall and CPU, bytes of memory and written; `all_cpu`: controller and fleet."""

    wall: float
    cpu: float
    fleet_cpu: float
    all_cpu: float
    memory: float | None
    written: float


class Compared(TypedDict):
    """Of one contender on one fleet."""

    words: str
    lacking: str | None
    rounds: list[Cost]
    median: dict[str, float | None]
    ratio: dict[str, float | None]


After = Callable[[Contender, Path, float], None]


def compare(
    site: Site, contenders: Sequence[Contender], rounds: int, say: Say, after: After | None = None
) -> dict[str, Compared]:
    """Every contender so many times, in turns. `after` sees each run's home and wall. Raises BenchFault."""
    costs: dict[str, list[Cost]] = {contender.name: [] for contender in contenders}
    for number in range(1, rounds + 1):
        for contender in contenders:
            if contender.lacking() is None:
                cost = measured(site, contender, after)
                costs[contender.name].append(cost)
                say(f"  {len(site.names)} hosts, round {number}: {contender.name:<16} {cost['wall']:7.1f} s")
    return judged(contenders, costs)


def judged(contenders: Sequence[Contender], costs: dict[str, list[Cost]]) -> dict[str, Compared]:
    """Medians, and how they stand to those of the base."""
    medians = {name: {figure: _median(runs, figure) for figure in FIGURES} for name, runs in costs.items()}
    base = medians.get(BASE, dict.fromkeys(FIGURES))
    return {
        c.name: Compared(
            words=c.words,
            lacking=c.lacking(),
            rounds=costs[c.name],
            median=medians[c.name],
            ratio={figure: _ratio(medians[c.name][figure], base[figure]) for figure in FIGURES},
        )
        for c in contenders
    }


def _median(runs: Sequence[Cost], figure: str) -> float | None:
    values = [value for run in runs if (value := run[figure]) is not None]  # type: ignore[literal-required]
    return float(median(values)) if values else None


def _ratio(value: float | None, base: float | None) -> float | None:
    return value / base if value is not None and base else None


def measured(site: Site, contender: Contender, after: After | None = None) -> Cost:
    """One run from the reset state. Raises BenchFault when it fails, or leaves anything but the release."""
    site.reset()
    home = Path(tempfile.mkdtemp(prefix="ob-"))
    try:
        command, settings = contender.command(site, home)
        before = site.fleet_cpu()
        cost = run_metered(command, environment(home, settings), home, site.project)
        cost["fleet_cpu"] = site.fleet_cpu() - before
        cost["all_cpu"] = cost["cpu"] + cost["fleet_cpu"]
        site.verify()
        if after is not None:
            after(contender, home, cost["wall"])
        return cost
    finally:
        shutil.rmtree(home, ignore_errors=True)


def run_metered(
    command: Sequence[str], variables: dict[str, str], home: Path, folder: Path, expect: int = 0
) -> Cost:
    """Run a command under the meter. Raises BenchFault with its last words when it ends otherwise than expected."""
    report = home / "cost.json"
    metered = [sys.executable, "-m", "bench.meter", str(report), "--", *command]
    root = str(Path(__file__).parents[1])
    ended = subprocess.run(
        metered, cwd=folder, env={**variables, "PYTHONPATH": root}, timeout=LONGEST, check=False
    )
    if ended.returncode != expect:
        log = report.with_suffix(".log")
        words = log.read_text(errors="replace")[-3000:] if log.exists() else ""
        raise BenchFault(f"{' '.join(command[:6])} ended with code {ended.returncode}:\n{words}")
    cost = json.loads(report.read_text())
    return Cost(
        wall=cost["wall"],
        cpu=cost["cpu"],
        fleet_cpu=0.0,
        all_cpu=cost["cpu"],
        memory=cost["memory"],
        written=cost["written"],
    )
