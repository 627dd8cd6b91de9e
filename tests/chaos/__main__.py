"""`python -m tests.chaos simulate|kills|real|team|all`: exit code 1 when an invariant was broken (docs/chaos.md)."""

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
from tests.chaos.team.team_trial import PAIRS, TeamRun, trial


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
        parts["real"] = rollouts = _on_real_hosts(asked, parts)
        wrong += sum(bool(rollout.broken) for rollout in rollouts)
    if asked.verb == "team":
        parts["team"] = team = _of_a_team(asked)
        wrong += sum(bool(run.broken) for run in team)
    if asked.json:
        report.write(asked.json, **parts)
    return 1 if wrong else 0


def _on_real_hosts(asked: argparse.Namespace, parts: dict[str, object]) -> list[Rollout]:
    """A night that is cut short keeps what it saw."""
    seen: list[Rollout] = []

    def keep(done: Rollout) -> None:
        print(report.line_of(done), flush=True)
        seen.append(done)
        if asked.json:
            report.write(asked.json, **parts, real=seen)

    rollouts, seconds = on_real_hosts(
        _wanted(asked), asked.seed, asked.labs, asked.lab, keep, asked.accelerate
    )
    print(report.of_real(rollouts, seconds), flush=True)
    return rollouts


def _of_a_team(asked: argparse.Namespace) -> list[TeamRun]:
    """A trial that is cut short keeps what it saw; the next one goes on with the next seed."""
    runs: list[TeamRun] = []

    def keep(run: TeamRun) -> None:
        print(report.line_of_team(run), flush=True)
        runs.append(run)
        if asked.json:
            report.write(asked.json, team=runs)

    trial(-(-asked.runs // asked.pairs), asked.seed, pairs=asked.pairs, tell=keep)
    print(report.of_team(runs), flush=True)
    return runs


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
    parser.add_argument("verb", choices=["simulate", "kills", "real", "team", "all"])
    parser.add_argument("--seeds", type=int, default=20_000, help="simulated deployments")
    parser.add_argument("--count", type=int, default=500, help="kills of drivers")
    parser.add_argument("--rollouts", type=int, default=30, help="rollouts on real hosts")
    parser.add_argument(
        "--seed", type=int, default=0, help="the first seed; the same seed does the same again"
    )
    parser.add_argument("--jobs", type=int, default=2, help="processes side by side")
    parser.add_argument("--labs", type=int, default=2, help="labs side by side")
    parser.add_argument(
        "--runs", type=int, default=200, help="deployments of a team, rounded up to whole rounds"
    )
    parser.add_argument(
        "--pairs", type=int, default=PAIRS, help="deployments of a round, each to a host in each zone"
    )
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
