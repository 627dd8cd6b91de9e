"""Many hosts at once, template-heavy: `python -m tests.fidelity.stress --runs 50` compares each run with a stock one.

Of 120 hosts every tenth is reached, by one of three hosts of a lab; the others are only computed for, which is where threads of
one process meet. Exit code 1 when a run differs.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from orchestrator.lab.fleet import Lab, take_down
from tests.fidelity.__main__ import LACKS, python_of
from tests.fidelity.allowed import faults
from tests.fidelity.differences import differences
from tests.fidelity.kinds import PROJECT, Subject
from tests.fidelity.runs import Site, inventory, play


class Many(Subject):
    """The playbook of many hosts, which is no kind of task of its own."""

    @property
    def playbook(self) -> Path:
        """Its file."""
        return PROJECT / "stress.yml"


def hosts_of(lab: Lab, count: int) -> dict[str, Any]:
    """The inventory: names by the hundred, each with arguments of ssh that make its connection its own."""
    real = inventory(lab)
    access = [
        hosts for group in ("web", "spare") for hosts in real["all"]["children"][group]["hosts"].values()
    ]
    many = {
        f"h{number:03}": {
            **access[number % len(access)],
            "number": number,
            "real": number % 10 == 0,
            "ansible_ssh_extra_args": f"-o SendEnv=FIDELITY_{number} -o ControlPath=/tmp/fid-{os.getpid()}-{number}",
        }
        for number in range(count)
    }
    real["all"]["children"]["many"] = {"hosts": many}
    return real


def main(words: list[str]) -> int:
    """Compare as many runs as asked for."""
    asked = _arguments().parse_args(words)
    python = python_of(asked.core)
    if python is None:
        return LACKS
    name = asked.lab or f"stress-{os.getpid()}"
    wrong = 0
    try:
        lab = Lab.up(name, 3)
        with tempfile.TemporaryDirectory(prefix="stress-") as folder:
            wanted = Path(folder) / "many.json"
            wanted.write_text(json.dumps(hosts_of(lab, asked.hosts)))
            subject = Many("stress", (), ("-i", str(wanted)), (("ANSIBLE_FORKS", str(asked.forks)),))
            site = Site(lab, python, Path(folder))
            stock = play(site, subject, "stock")
            results = sum("result" in event for event in stock.events)
            print(f"stock: {len(stock.events)} events, {results} results, exit code {stock.code}", flush=True)
            for number in range(1, asked.runs + 1):
                began = time.monotonic()
                left = faults(list(differences(stock, play(site, subject, asked.way))))
                wrong += bool(left)
                print(f"run {number}: {len(left)} differences, {time.monotonic() - began:.0f} s", flush=True)
                for each in left[:20]:
                    print(f"    {each}", flush=True)
    finally:
        if not asked.lab:
            take_down(name)
    print(f"{asked.runs} runs of {asked.hosts} hosts, {wrong} with differences")
    return 1 if wrong else 0


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.fidelity.stress", description=__doc__)
    parser.add_argument("--runs", type=int, default=50, help="accelerated runs")
    parser.add_argument("--hosts", type=int, default=120, help="hosts of the inventory")
    parser.add_argument("--forks", type=int, default=50, help="hosts at once")
    parser.add_argument("--core", default="2.19", help="series of ansible-core, such as 2.21")
    parser.add_argument("--way", choices=("stock", "orch"), default="orch", help="the way that is compared")
    parser.add_argument("--lab", default="", help="a lab that is left standing [one of its own]")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
