"""What a model or policy requires of objectives: a measure for each or for one, known soon enough after the end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from orchestrator.domain.rules.requirement import Required
from orchestrator.policy.course.rollout import waves_of
from orchestrator.policy.planning.requirements import shortfalls
from tests.worlds.plans import plan_of, plan_tree, targets_named

TABLE = Path(__file__).resolve().parents[2] / "cases" / "objectives" / "requirements.yml"
ROWS: list[Any] = list(YAML(typ="safe", pure=True).load(TABLE.read_text("utf-8")))


def lacking(required: dict[str, Any] | None, objectives: list[Any]) -> list[tuple[str, str, str]]:
    plan = plan_of({**plan_tree(), "objectives": objectives})
    waves = waves_of(plan, targets_named("web1", "web2")).waves
    lacks = shortfalls(Required.model_validate({"objectives": required}), plan, waves)
    return [(lack.path, lack.expected, lack.found) for lack in lacks]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["what"])
def test_what_is_required_of_objectives_is_missed(row: dict[str, Any]) -> None:
    assert [path for path, _, _ in lacking(row["required"], row["given"])] == row["lacks"]


def test_what_is_expected_and_found_is_said() -> None:
    late = {"objective": "It answers.", "check": {"tcp": 80}, "due": "8d"}
    assert lacking({"measured": "each", "due_within": "7d"}, [late, "It is fast."]) == [
        ("objectives[0].due", "at most 7 days after the end", "8 days"),
        ("objectives[1]", "an objective with a measure", "words alone"),
    ]
    assert lacking({"due_within": "7d"}, [late]) == [
        ("objectives", "an objective with a measure, due at most 7 days after the end", "none of 1")
    ]
