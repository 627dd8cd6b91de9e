"""The tables: faults by kind and phase, what came of them, and every broken invariant with the seed that shows it again."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.chaos import kills, simulate
from tests.chaos.real.rollout import Rollout
from tests.chaos.team.team_trial import TeamRun


def of_simulation(tally: simulate.Tally) -> str:
    """Rate, outcomes, faults by kind and phase, broken invariants."""
    rate = tally.deployments / tally.computing if tally.computing else 0
    phases = sorted({phase for _, phase in tally.injected})
    kinds = sorted({fault for fault, _ in tally.injected})
    rows = [
        [
            kind,
            str(sum(tally.injected[kind, p] for p in phases)),
            *(str(tally.injected[kind, p]) for p in phases),
        ]
        for kind in kinds
    ]
    return "\n".join(
        [
            f"SIMULATION: {tally.seeds} seeds, {tally.deployments} deployments in {tally.seconds:.0f} s"
            f" ({rate:.0f} a second on each core)",
            "ended: " + _counted(tally.outcomes),
            *_table(["fault", "in all", *phases], rows),
            *_breaks(tally.broken),
        ]
    )


def of_kills(tally: kills.Tally) -> str:
    """Kills by the point at which the driver died, and how the stories ended."""
    rate = tally.kills / tally.seconds if tally.seconds else 0
    where: dict[str, Counter[str]] = defaultdict(Counter)
    for point, count in tally.points.items():
        side, _, what = point.partition(" ")
        where[what][side] += count
    rows = [
        [what, *(str(sides[s]) for s in ("before", "inside", "after"))]
        for what, sides in sorted(where.items())
    ]
    stories = [[story, state, str(count)] for (story, state), count in sorted(tally.outcomes.items())]
    return "\n".join(
        [
            f"KILL -9: {tally.kills} kills in {tally.runs} deployments in {tally.seconds:.0f} s ({rate:.1f} kills a second)",
            *_table(["killed at", "before", "inside", "after"], rows),
            *_table(["story", "ends", "runs"], stories),
            *_breaks(tally.broken),
        ]
    )


def of_real(rollouts: Sequence[Rollout], seconds: float) -> str:
    """A line for each fault and phase."""
    groups: dict[tuple[str, str], list[Rollout]] = defaultdict(list)
    for rollout in rollouts:
        groups[rollout.fault, rollout.phase].append(rollout)
    rows = [
        [
            fault,
            phase,
            f"{sum(r.struck for r in some)}/{len(some)}",
            _counted(Counter(r.ended for r in some)),
            str(sum(bool(r.broken) for r in some)),
            " ".join(r.seed for r in some),
        ]
        for (fault, phase), some in sorted(groups.items())
    ]
    return "\n".join(
        [
            f"REAL HOSTS: {len(rollouts)} rollouts in {seconds:.0f} s",
            *_table(["fault", "phase", "struck", "ended", "broken", "seeds"], rows),
            *_breaks((f"{r.seed} {r.fault} / {r.phase}", word) for r in rollouts for word in r.broken),
        ]
    )


def of_team(runs: Sequence[TeamRun]) -> str:
    """A line for each fault: in how many runs it struck, how they ended, how long others took to follow."""
    groups: dict[str, list[TeamRun]] = defaultdict(list)
    for run in runs:
        for fault in dict.fromkeys(words.partition(":")[0] for words in run.faults):
            groups[fault].append(run)
    rows = [
        [
            fault,
            str(sum(run.faulted for run in some)),
            _counted(Counter(run.ended for run in some)),
            str(max((wait for run in some for wait in run.took), default="")),
            str(sum(bool(run.broken) for run in some)),
            " ".join(map(str, sorted({run.seed for run in some}))),
        ]
        for fault, some in sorted(groups.items())
    ]
    return "\n".join(
        [
            f"TEAM: {len(runs)} runs, {sum(run.faulted for run in runs)} of them with a fault in their midst",
            *_table(["fault", "runs", "ended", "longest take-over", "broken", "seeds"], rows),
            *_breaks((f"{run.seed} {run.deployment}", word) for run in runs for word in run.broken),
        ]
    )


def line_of_team(run: TeamRun) -> str:
    """One run of a team."""
    verdict = "; ".join(run.broken) or "sound"
    faults = ", ".join(run.faults) + ("" if run.faulted else " (not in its midst)")
    return f"{run.seed:>5}  {run.seconds:4.0f} s  {run.deployment}  {faults} -> {run.ended}: {verdict}"


def line_of(rollout: Rollout) -> str:
    """One rollout while the others go on."""
    verdict = "; ".join(rollout.broken) or "sound"
    seed = f"{rollout.seed:>9}"
    struck = ("" if rollout.struck else " (not struck)") + (
        f" ({rollout.accelerate})" if rollout.accelerate != "no" else ""
    )
    return (
        f"{seed}  {rollout.seconds:4.0f} s  {rollout.fault} / {rollout.phase} on {rollout.host}{struck}: "
        f"{' '.join(rollout.exits)} -> {rollout.ended}: {verdict}"
    )


def write(path: Path, **parts: Any) -> None:
    """All of it as JSON."""
    path.write_text(json.dumps(parts, indent=1, default=_plain) + "\n")


def plain_tally(tally: simulate.Tally | kills.Tally) -> dict[str, Any]:
    """A tally with texts for keys."""
    return {key: _texts(value) for key, value in vars(tally).items()}


def _texts(value: Any) -> Any:
    if isinstance(value, dict):
        return {" / ".join(k) if isinstance(k, tuple) else str(k): _texts(v) for k, v in value.items()}
    return value


def _plain(value: object) -> Any:
    return asdict(value) if isinstance(value, Rollout | TeamRun) else str(value)


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {what}" for what, count in counts.most_common())


def _breaks(broken: Iterable[tuple[object, str]]) -> list[str]:
    lines = [f"  seed {seed}: {word}" for seed, word in broken]
    return [f"broken invariants: {len(lines)}", *lines[:50]]


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    widths = [max(len(row[n]) for row in [head, *rows]) for n in range(len(head))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in [head, *rows]
    ]
