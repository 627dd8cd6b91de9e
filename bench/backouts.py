"""What acceleration would be worth to a backout, which orch runs Ansible's own way: one backout each way, in turns.

Each host is deployed to before, accelerated and unmeasured. The run is an attempt as a driver makes it, forked from a zygote
that is ready; its CPU has that of the zygote, which a deployment pays once.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from bench.compare import Cost, Say, run_metered
from bench.contenders import environment
from bench.journal_times import Times
from bench.one_run import is_done
from bench.site import Site
from orchestrator.adapters.ansible.playbooks import AnsiblePlaybooks
from orchestrator.domain.evidence.attempt import Acceleration, AttemptRequest

DEPLOY, BACKOUT = "playbooks/deploy.yml", "rollback/orders.yml"
TAKEN_BACK = "grep -qx version=1.0 /etc/orders/orders.conf && test ! -e /opt/orders/releases/2.0"
READY = 4.0
"""Seconds after which a zygote is ready, as it is in a deployment that has come to a backout."""
POLL = 0.01
"""Seconds between looks at a run."""


def pairs(site: Site, rounds: int, say: Say) -> Times:
    """Medians over the pairs, and over the ratios of each pair. Raises BenchFault."""
    measurements = [_pair(site, number) for number in range(rounds)]
    for each in measurements:
        say(
            f"  {len(site.names)} hosts: run {each['wall']:.2f} s accelerated, {each['plain_wall']:.2f} s plain "
            f"({each['wall_ratio']:.3f}); all CPU {each['cpu']:.2f} s, {each['plain_cpu']:.2f} s ({each['cpu_ratio']:.3f})"
        )
    return {name: median(each[name] for each in measurements) for name in measurements[0]}


def _pair(site: Site, number: int) -> Times:
    costs: dict[bool, Times] = {}
    for accelerated in (True, False) if number % 2 else (False, True):
        site.reset()
        _attempt(site, DEPLOY, "orch")
        before = site.fleet_cpu()
        cost, seconds = _attempt(site, BACKOUT, "orch" if accelerated else None)
        costs[accelerated] = {"wall": seconds, "cpu": cost["cpu"] + site.fleet_cpu() - before}
        site.everywhere(TAKEN_BACK)
    ours, plain = costs[True], costs[False]
    return {
        "wall": ours["wall"],
        "plain_wall": plain["wall"],
        "wall_ratio": ours["wall"] / plain["wall"],
        "cpu": ours["cpu"],
        "plain_cpu": plain["cpu"],
        "cpu_ratio": ours["cpu"] / plain["cpu"],
    }


def _attempt(site: Site, playbook: str, accelerate: Acceleration | None) -> tuple[Cost, float]:
    """What it cost, and the seconds from its start to its outcome."""
    home = Path(tempfile.mkdtemp(prefix="ob-"))
    try:
        request = AttemptRequest(
            attempt="bench.1-run",
            deployment="bench",
            purpose="backout" if playbook == BACKOUT else "deploy",
            playbook=str(site.project / playbook),
            project=str(site.project),
            inventory=str(site.inventory),
            hosts=tuple(site.names),
            variables={},
            known_hosts=str(site.lab.known_hosts),
            accelerate=accelerate,
            forks=len(site.names),
        )
        (home / "request.json").write_text(request.model_dump_json())
        command = [sys.executable, "-m", "bench.backouts", str(home)]
        cost = run_metered(command, environment(home, {}), home, home)
        return cost, json.loads((home / "seconds.json").read_text())
    finally:
        shutil.rmtree(home, ignore_errors=True)


def attempt(home: Path) -> int:
    """Run the request of this folder and note its seconds; 0 when every host is done."""
    request = AttemptRequest.model_validate_json((home / "request.json").read_text())
    playbooks = AnsiblePlaybooks(home / "attempts")
    playbooks.make_ready(request.project, request.accelerate)
    time.sleep(READY)
    began = time.monotonic()
    playbooks.start(request)
    done = is_done(playbooks, request.attempt, POLL)
    (home / "seconds.json").write_text(json.dumps(time.monotonic() - began))
    playbooks.let_go()
    return 0 if done else 1


if __name__ == "__main__":
    sys.exit(attempt(Path(sys.argv[1])))
