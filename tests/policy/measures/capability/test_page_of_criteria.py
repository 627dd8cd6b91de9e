"""docs/assess.md says of each criterion and each piece of evidence what the shipped file and the code say."""

from __future__ import annotations

from pathlib import Path

from orchestrator.domain.evidence.capability import CAPABILITY_EVIDENCE
from tests.worlds.capability import CRITERIA

PAGE = (Path(__file__).parents[4] / "docs" / "assess.md").read_text(encoding="utf-8")


def rows() -> list[str]:
    return [
        " | ".join(
            (
                f"| {each.level}",
                f"`{each.criterion}`",
                "; ".join(
                    f"`{rule.evidence}` {rule.met:.0%} ({rule.partly:.0%}), {rule.cases}".replace("%", " %")
                    for rule in each.evidence
                ),
                "yes |" if each.question is not None else "|",
            )
        ).replace("|  |", "| |")
        for each in sorted(CRITERIA.each, key=lambda each: (each.level, each.factor))
    ]


def test_the_table_of_criteria_is_that_of_the_file() -> None:
    listed = [line for line in PAGE.splitlines() if line[:4] in ("| 2 ", "| 3 ", "| 4 ", "| 5 ")]
    assert [" ".join(line.split()) for line in listed] == [" ".join(row.split()) for row in rows()]


def test_every_evidence_has_its_row() -> None:
    assert [code for code in CAPABILITY_EVIDENCE if f"\n| `{code}` |" not in PAGE] == []
