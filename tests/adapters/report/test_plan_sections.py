"""The sections of a plan for people: numbers have their units."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.adapters.report.plan_sections import sections_of
from tests.worlds.plans import shop_plan


def lines_of(title: str, **strategy: Any) -> dict[str, list[str]]:
    return dict(dict(sections_of(shop_plan(**strategy)))[title])


def test_times_have_their_unit() -> None:
    gate = {"soak": "90s", "every": "10s"}
    assert lines_of("4 Deployment strategy", gate=gate)["gate"] == ["soak: 1 min 30 s", "every: 10 s"]


@pytest.mark.parametrize(("limit", "words"), [({"wave": "12.5%"}, "12.5 %"), ({"wave": 3}, "3")])
def test_a_limit_has_its_unit(limit: dict[str, Any], words: str) -> None:
    [line] = lines_of("4 Deployment strategy", failure_limit=limit)["failure limit"]
    assert words in line
