"""What was compared already, a line of JSON for each comparison: a run that was cut short goes on where it was."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple


class Compared(NamedTuple):
    """A comparison of one run of a subject with a stock run, under one pair of versions."""

    pair: str
    subject: str
    run: int
    kinds: int
    allowed: int
    faults: tuple[str, ...]

    @property
    def key(self) -> tuple[str, str, int]:
        """What it was a comparison of."""
        return self.pair, self.subject, self.run


class StateFile:
    """The comparisons of a file, which need not be there yet."""

    def __init__(self, path: Path) -> None:
        self.path = path
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        self.compared = [Compared(**{**line, "faults": tuple(line["faults"])}) for line in _whole(lines)]

    def has(self, pair: str, subject: str, run: int) -> bool:
        """Whether it was compared, and was equal: what differed is tried again."""
        return any(each.key == (pair, subject, run) and not each.faults for each in self.compared)

    def add(self, compared: Compared) -> None:
        """Keep it, also for a process that comes after this one is killed."""
        self.compared = [each for each in self.compared if each.key != compared.key] + [compared]
        # The last line may be one that a kill cut off.
        with self.path.open("a", encoding="utf-8") as file:
            file.write("\n" + json.dumps(compared._asdict()) + "\n")


def _whole(lines: Iterable[str]) -> list[dict[str, Any]]:
    """The last line for each comparison; a line that a kill cut off is left out."""
    last: dict[tuple[Any, ...], dict[str, Any]] = {}
    for line in lines:
        try:
            value = json.loads(line)
        except ValueError:
            continue
        last[(value["pair"], value["subject"], value["run"])] = value
    return list(last.values())


def table(compared: Iterable[Compared]) -> str:
    """Runs, kinds of task and differences by pair of versions and subject."""
    rows: dict[tuple[str, str], Counter[str]] = {}
    for each in compared:
        row = rows.setdefault((each.pair, each.subject), Counter())
        row.update(runs=1, equal=not each.faults, faults=len(each.faults), allowed=each.allowed)
        row["kinds"] = each.kinds
    lines = [f"{'pair':28}{'subject':16}{'kinds':>7}{'runs':>6}{'equal':>7}{'allowed':>9}{'differences':>13}"]
    for (pair, subject), row in sorted(rows.items()):
        lines.append(
            f"{pair:28}{subject:16}{row['kinds']:7}{row['runs']:6}{row['equal']:7}{row['allowed']:9}{row['faults']:13}"
        )
    for pair in sorted({pair for pair, _ in rows}):
        mine = [row for (of, _), row in rows.items() if of == pair]
        sums = {
            name: sum(row[name] for row in mine) for name in ("kinds", "runs", "equal", "allowed", "faults")
        }
        lines.append(
            f"{pair:28}{'all':16}{sums['kinds']:7}{sums['runs']:6}{sums['equal']:7}{sums['allowed']:9}{sums['faults']:13}"
        )
    return "\n".join(lines)
