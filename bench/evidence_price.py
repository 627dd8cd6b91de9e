"""The price of seeing where tasks really ran and what they opened: one run with the evidence plug-in's hooks, one without.

Each pair runs one after the other on the same hosts, in turns which comes first. Both have the plug-in and its stream of
events; only one has the hooks (adapters/ansible/in_run), which the plug-in installs where it is told the ways of the run.
"""

import json
import secrets
import shutil
import tempfile
from pathlib import Path
from statistics import median

from bench.compare import Cost, Say, run_metered
from bench.contenders import FORKS, TUNED, environment
from bench.journal_times import Times
from bench.site import BenchFault, Site
from orchestrator.adapters.ansible.settings import guest

MOST = 1.03
"""The ratio of CPU that the hooks may cost at most."""


def pairs(site: Site, rounds: int, say: Say) -> Times:
    """Medians over the pairs, and over the ratios of each pair."""
    measurements = [_pair(site, number) for number in range(rounds)]
    for each in measurements:
        say(
            f"  {len(site.names)} hosts: controller CPU {each['cpu']:.2f} s with hooks, {each['bare_cpu']:.2f} s without "
            f"({each['cpu_ratio']:.3f}); wall {each['wall']:.1f} s, {each['bare_wall']:.1f} s ({each['wall_ratio']:.3f})"
        )
    return {name: median(each[name] for each in measurements) for name in measurements[0]}


def _pair(site: Site, number: int) -> Times:
    costs: dict[bool, Cost] = {}
    for hooks in (True, False) if number % 2 else (False, True):
        costs[hooks] = _run(site, hooks=hooks)
    ours, bare = costs[True], costs[False]
    return {
        "cpu": ours["cpu"],
        "bare_cpu": bare["cpu"],
        "cpu_ratio": ours["cpu"] / bare["cpu"],
        "wall": ours["wall"],
        "bare_wall": bare["wall"],
        "wall_ratio": ours["wall"] / bare["wall"],
    }


def _run(site: Site, *, hooks: bool) -> Cost:
    """One run of the workload; raises BenchFault where its evidence is not whole."""
    site.reset()
    home = Path(tempfile.mkdtemp(prefix="ob-"))
    try:
        evidence, ways, opens = home / "evidence.jsonl", home / "ways.json", home / "opens.jsonl"
        given = {
            "ssh": [],
            "known_hosts": str(site.lab.known_hosts),
            "delegates": [],
            "acts": str(home / "acts"),
            "opens": {
                "file": str(opens),
                "copy": str(site.project),
                "given": [str(home), str(site.inventory), str(site.lab.known_hosts)],
            },
        }
        ways.write_text(json.dumps(given))
        settings = {
            **TUNED,
            "ORCH_EVIDENCE": str(evidence),
            "ORCH_NONCE": secrets.token_hex(16),
            "ORCH_WAYS": str(ways) if hooks else "",
        }
        playbook = str(site.project / "playbooks" / "deploy.yml")
        forks = str(min(FORKS, len(site.names)))
        command = guest(None, "playbook", playbook, "-i", str(site.inventory), "--forks", forks)
        cost = run_metered(command, environment(home, settings), home, site.project)
        site.verify()
        if '"event": "end"' not in evidence.read_text():
            raise BenchFault("The stream of events has no end: the plug-in did not write it.")
        if opens.exists():
            raise BenchFault(f"The workload reads more than its project: {opens.read_text()}")
        return cost
    finally:
        shutil.rmtree(home, ignore_errors=True)
