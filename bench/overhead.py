"""The cost of governance and the speed of reaction, read from journals of real deployments on lab hosts."""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

from bench.compare import LONGEST, Say, measured, run_metered
from bench.contenders import ROOT, Contender, environment
from bench.journal_times import (
    Times,
    governance,
    per_host,
    reaction,
    records_of,
    silence,
    wave_starts,
)
from bench.site import BenchFault, Site, three_waves

BACKED_OUT = 5
"""orch's exit code of a deployment that failed and was backed out."""
WITHIN = 120.0
BREAK = "touch /run/orders-held-back"
"""What makes the playbook fail on a host, at its last task."""
ORCH = [sys.executable, "-m", "orchestrator"]


def cost_of_governance(costs: Mapping[int, Sequence[Times]]) -> dict[str, object]:
    """Medians of the rounds of each fleet, with the fixed part and the part for each host."""
    medians = {hosts: medians_of(rounds) for hosts, rounds in costs.items()}
    fixed, slope = per_host(list(costs), [each["governance"] for each in medians.values()])
    by_fleet = {str(hosts): each for hosts, each in medians.items()}
    return {"by_fleet": by_fleet, "fixed_seconds": fixed, "seconds_per_host": slope}


def of_run(home: Path, wall: float) -> Times:
    """The governance of one run of orch, and the starts of its later waves."""
    records = records_of(home)
    starts = wave_starts(records, home)
    return {
        **governance(records, wall, home),
        "second_wave_start": starts[0],
        "later_wave_start": median(starts),
    }


def governed(site: Site, orch: Contender, rounds: int, say: Say) -> list[Times]:
    """orch alone, so many times."""
    measurements: list[Times] = []

    def look(contender: Contender, home: Path, wall: float) -> None:
        measurements.append(of_run(home / "orch", wall))
        say(f"  {len(site.names)} hosts: governance {measurements[-1]['governance']:.2f} s of {wall:.1f} s")

    for _ in range(rounds):
        measured(site, orch, look)
    return measurements


def medians_of(rounds: Sequence[Times]) -> Times:
    """Of each figure; a round that lacks one counts as none of it."""
    names = dict.fromkeys(name for each in rounds for name in each)
    return {name: median(each.get(name, 0.0) for each in rounds) for name in names}


def reactions(site: Site, rounds: int) -> dict[str, Times]:
    """A failure on the only host of a wave, a failure among siblings, and an abort in the middle of a wave: medians."""
    first, last = site.names[0], site.names[-1]
    return {
        "alone": medians_of([_failing(site, first, [1, 1, "rest"]) for _ in range(rounds)]),
        "among siblings": medians_of(
            [_failing(site, last, three_waves(len(site.names))) for _ in range(rounds)]
        ),
        "abort": medians_of([_aborted(site) for _ in range(rounds)]),
    }


def _failing(site: Site, host: str, waves: Sequence[str | int]) -> Times:
    site.reset()
    site.everywhere(BREAK, [host])
    home = Path(tempfile.mkdtemp(prefix="ob-"))
    try:
        plan = site.write_plan("failing.yml", waves)
        variables = environment(home, {"ORCH_HOME": str(home / "orch")})
        run_metered([*ORCH, "deploy", str(plan)], variables, home, site.project, expect=BACKED_OUT)
        return reaction(records_of(home / "orch"), home / "orch")
    finally:
        shutil.rmtree(home)


def _aborted(site: Site) -> Times:
    """The word is given once the first task of the wave has begun."""
    site.reset()
    home = Path(tempfile.mkdtemp(prefix="ob-"))
    variables = {**environment(home, {"ORCH_HOME": str(home / "orch")}), "PYTHONPATH": str(ROOT)}
    plan = site.write_plan("aborted.yml", ["rest"])
    driver = subprocess.Popen(
        [*ORCH, "deploy", str(plan)],
        cwd=site.project,
        env=variables,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        name = _at_work(home / "orch", driver)
        subprocess.run(
            [*ORCH, "abort", name, "--reason", "measured", "--no-drive"],
            cwd=site.project,
            env=variables,
            check=True,
            capture_output=True,
        )
        driver.wait(LONGEST)
        return silence(records_of(home / "orch"))
    finally:
        driver.kill()
        driver.wait()
        shutil.rmtree(home)


def _at_work(home: Path, driver: subprocess.Popen[bytes]) -> str:
    """The deployment, once a task of its playbook has ended on a host. Raises BenchFault."""
    until = time.monotonic() + WITHIN
    while time.monotonic() < until and driver.poll() is None:
        for file in home.glob("attempts/*/evidence.jsonl"):
            if '"result"' in file.read_text():
                return file.parent.name.rpartition(".")[0]
        time.sleep(0.05)
    raise BenchFault("no task of the deployment that is to be aborted was seen to end")
