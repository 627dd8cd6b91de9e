"""Files of capability criteria: the shipped one is sound, and a faulty one is refused with every fault and its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.adapters.files.capability_file import load_criteria
from orchestrator.adapters.files.criteria import deployment_management
from orchestrator.errors import NotFound, PlanFault

GOOD = deployment_management().read_text(encoding="utf-8")


def faults(tmp_path: Path, text: str) -> str:
    file = tmp_path / "criteria.yml"
    file.write_text(text)
    with pytest.raises(PlanFault) as caught:
        load_criteria(file)
    return str(caught.value)


def test_the_shipped_criteria_say_what_they_are_from() -> None:
    criteria = load_criteria(deployment_management()).noun
    assert "7.1" in criteria.source
    assert "own reading" in criteria.reading


@pytest.mark.parametrize(
    ("was", "now", "expected"),
    [
        ("level: 2", "level: 7", "level"),
        ("level: 4", "level: 5", "criteria of each level from 2 on"),
        ("criterion: roles-known", "criterion: approach-followed", "each name once"),
        ("factor: deployments\n    dimension", "factor: nowhere\n    dimension", "nowhere"),
        ("met: 0.8", "met: 0.1", "at most the share of `met`"),
        ("cases: 3", "cases: 0", "cases"),
        ("evidence: uses_model", "evidence: uses_magic", "uses_magic"),
    ],
)
def test_a_faulty_file_is_refused_with_its_faults(tmp_path: Path, was: str, now: str, expected: str) -> None:
    assert was in GOOD
    said_of_it = faults(tmp_path, GOOD.replace(was, now))
    assert expected in said_of_it
    assert "criteria.yml" in said_of_it


def test_a_criterion_that_nothing_shows_and_nobody_is_asked_of_is_refused(tmp_path: Path) -> None:
    text = (
        GOOD
        + "  - {criterion: empty, level: 2, factor: approaches, dimension: partners and suppliers, says: x}\n"
    )
    assert "`evidence`, a `question`, or both" in faults(tmp_path, text)


def test_a_file_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="file of capability criteria"):
        load_criteria(tmp_path / "none.yml")
