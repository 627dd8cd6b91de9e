"""docs/chaos.md says what is tried and what would be found out: its tables are those of the code."""

import re
from pathlib import Path

from tests.chaos.real.faults import FAULTS, PHASES, pairs
from tests.chaos.team.team_faults import FAULTS as TEAM_FAULTS
from tests.simulation.mutations import MUTATIONS


def rows(root: Path, heading: str) -> list[list[str]]:
    text = (root / "docs" / "chaos.md").read_text(encoding="utf-8")
    lines = text.partition(heading)[2].partition("\n## ")[0].splitlines()
    return [[cell.strip() for cell in line[1:-1].split("|")] for line in lines if line.startswith("|")]


def test_each_fault_is_tried_in_the_phases_that_the_table_says(root: Path) -> None:
    head, _, *faults = rows(root, "## 3. Faults on real hosts")
    assert tuple(head[2:]) == PHASES
    assert [row[0] for row in faults] == [fault.name for fault in FAULTS]
    documented = {
        (row[0], phase) for row in faults for phase, cell in zip(PHASES, row[2:], strict=True) if cell
    }
    assert documented == {(fault.name, phase) for fault, phase in pairs()}


def test_each_fault_of_a_team_is_described(root: Path) -> None:
    _, _, *faults = rows(root, "## 4. A team under faults")
    assert [row[0] for row in faults] == [fault.name for fault in TEAM_FAULTS]


def test_every_mutant_stands_with_the_invariant_that_it_breaks(root: Path) -> None:
    _, _, *invariants = rows(root, "## What is judged")
    named = {name for row in invariants for name in re.findall(r"`(\w+)`", row[2])}
    assert named == {mutate.__name__ for mutate, _ in MUTATIONS}


def test_every_oracle_that_is_named_is_there(root: Path) -> None:
    folders = {
        "S": root / "tests" / "simulation",
        "K": root / "tests" / "chaos" / "kills_oracle.py",
        "R": root / "tests" / "chaos" / "real" / "oracle.py",
    }
    _, _, *invariants = rows(root, "## What is judged")
    for row in invariants:
        place = Path()
        for where, file, function in re.findall(r"([SKR]?)`([\w/]*(?:\.py)?):(\w+)`", row[1]):
            if where:
                place = folders[where] / file if where == "S" else folders[where]
            assert re.search(rf"(def|class) {function}\b", place.read_text(encoding="utf-8")), (
                place,
                function,
            )
