"""`python -m tests.chaos simulate|kills|real|all`: exit code 1 when an invariant was broken (docs/chaos.md)."""

import argparse
import sys
from pathlib import Path

from tests.chaos import report
from tests.chaos.kills import Tally as Kills
from tests.chaos.kills import kill
from tests.chaos.real.faults import FAULTS, PHASES, Fault
from tests.chaos.real.fleet import chosen, on_real_hosts
from tests.chaos.real.rollout import Rollout
from tests.chaos.simulate import Tally as Seeds
from tests.chaos.simulate import simulate


def main(words: list[str]) -> int:
    """Run what is asked for, print the tables, write the JSON."""
    asked = _arguments().parse_args(words)
    parts: dict[str, object] = {}
    tables, wrong = [], 0
    if asked.verb in ("simulate", "all"):
        seeds: Seeds = simulate(asked.seeds, first=asked.seed, jobs=asked.jobs)
        tables.append(report.of_simulation(seeds))
        parts["simulation"], wrong = report.plain_tally(seeds), wrong + len(seeds.broken)
        print(tables[-1], flush=True)
    if asked.verb in ("kills", "all"):
        killed: Kills = kill(asked.count, asked.seed, jobs=2 * asked.jobs)
        tables.append(report.of_kills(killed))
        parts["kills"], wrong = report.plain_tally(killed), wrong + len(killed.broken)
        print(tables[-1], flush=True)
    if asked.verb in ("real", "all"):
        seen: list[Rollout] = []

        def say(done: Rollout) -> None:
            """A night that is cut short keeps what it saw."""
            print(report.line_of(done), flush=True)
            seen.append(done)
            if asked.json:
                report.write(asked.json, **parts, real=seen)

        rollouts, seconds = on_real_hosts(
            _wanted(asked), asked.seed, asked.labs, asked.lab, say, asked.accelerate
        )
        print(report.of_real(rollouts, seconds), flush=True)
        parts["real"], wrong = rollouts, wrong + sum(bool(r.broken) for r in rollouts)
    if asked.json:
        report.write(asked.json, **parts)
    return 1 if wrong else 0


def _wanted(asked: argparse.Namespace) -> list[tuple[Fault, str]]:
    work = chosen(10_000, asked.seed)
    some = [
        (fault, phase)
        for fault, phase in work
        if asked.fault in (None, fault.name) and asked.phase in (None, phase)
    ]
    return some[: asked.rollouts]


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("verb", choices=["simulate", "kills", "real", "all"])
    parser.add_argument("--seeds", type=int, default=20_000, help="simulated deployments")
    parser.add_argument("--count", type=int, default=500, help="kills of drivers")
    parser.add_argument("--rollouts", type=int, default=30, help="rollouts on real hosts")
    parser.add_argument(
        "--seed", type=int, default=0, help="the first seed; the same seed does the same again"
    )
    parser.add_argument("--jobs", type=int, default=2, help="processes side by side")
    parser.add_argument("--labs", type=int, default=2, help="labs side by side")
    parser.add_argument("--lab", default="", help="what the names of the labs begin with")
    parser.add_argument("--fault", choices=[fault.name for fault in FAULTS], help="only this fault")
    parser.add_argument("--phase", choices=PHASES, help="only this phase")
    parser.add_argument(
        "--accelerate", choices=["orch", "mitogen", "no"], help="how rollouts on real hosts deploy"
    )
    parser.add_argument("--json", type=Path, help="write everything to this file, too")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
