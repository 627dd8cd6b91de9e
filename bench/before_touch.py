"""What orch asks of hosts before it touches any, beside the same asked by stock Ansible modules, in pairs.

`python -m bench.before_touch PLAN` is orch up to the last event before the first touch: the real program, ended there.
"""

import shutil
import sys
import tempfile
from pathlib import Path
from statistics import median

from bench.compare import Cost, Say, run_metered
from bench.contenders import TUNED, environment
from bench.journal_times import Times, by_state, records_of
from bench.site import Site
from orchestrator.bootstrap import ports
from orchestrator.domain.journal.events import BaselineCaptured, Recorded
from orchestrator.engine.use_cases.deployment_commands import deploy


class Reached(Exception):
    """The baseline is captured."""


def pairs(site: Site, rounds: int, say: Say) -> Times:
    """Medians over as many pairs, and over the ratios of each pair: `wall` between events, all CPU of both sides.

    The CPU of orch holds its start, the check of the plan and the worker that it makes ready meanwhile.
    """
    measurements = [_pair(site) for _ in range(rounds)]
    for each in measurements:
        say(
            f"  {len(site.names)} hosts: environment and baseline {each['wall']:.2f} s, by stock modules "
            f"{each['stock_wall']:.1f} s; CPU {each['cpu']:.1f} s, {each['stock_cpu']:.1f} s"
        )
    return {name: median(each[name] for each in measurements) for name in measurements[0]}


def _pair(site: Site) -> Times:
    stock, _ = _metered(site, _stock(site))
    ours, seconds = _metered(site, [sys.executable, "-m", "bench.before_touch", str(site.plan)])
    wall = seconds["verifying environment"] + seconds["capturing baseline"]
    cpu, stock_cpu = ours["cpu"] + ours["fleet_cpu"], stock["cpu"] + stock["fleet_cpu"]
    return {
        "wall": wall,
        "stock_wall": stock["wall"],
        "wall_ratio": wall / stock["wall"],
        "cpu": cpu,
        "stock_cpu": stock_cpu,
        "cpu_ratio": cpu / stock_cpu,
    }


def _stock(site: Site) -> list[str]:
    playbook, inventory = str(site.project / "stock" / "verify.yml"), str(site.inventory)
    return [sys.executable, "-m", "ansible", "playbook", playbook, "-i", inventory, "--forks", "20"]


def _metered(site: Site, command: list[str]) -> tuple[Cost, Times]:
    """What a command cost here and on the hosts, and where orch spent its time where it was orch."""
    site.reset()
    home = Path(tempfile.mkdtemp(prefix="ob-"))
    try:
        orch_home = home / "orch"
        before = site.fleet_cpu()
        cost = run_metered(
            command, environment(home, {**TUNED, "ORCH_HOME": str(orch_home)}), home, site.project
        )
        cost["fleet_cpu"] = site.fleet_cpu() - before
        return cost, by_state(records_of(orch_home)) if orch_home.exists() else {}
    finally:
        shutil.rmtree(home, ignore_errors=True)


def main(plan: str) -> None:
    """Deploy until the baseline is captured."""

    def watch(record: Recorded) -> None:
        if isinstance(record.event, BaselineCaptured):
            raise Reached

    try:
        deploy(ports(), Path(plan), by="bench", approvals={}, watch=watch)
    except Reached:
        return
    sys.exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
