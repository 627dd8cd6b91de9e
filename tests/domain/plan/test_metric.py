"""Metrics and their conditions, as plans write them."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from orchestrator.domain.plan.condition import condition_of, overlap, parsed
from orchestrator.domain.plan.metric import Metric
from orchestrator.domain.plan.wave import Gate

HOLDS: list[tuple[str, float, bool]] = [
    ("< 0.01", 0.009, True),
    ("< 0.01", 0.01, False),
    ("<= 0.01", 0.01, True),
    (">=5", 5, True),
    ("> -1e-3", 0, True),
    ("== 0", 0, True),
    ("!= 0", 0, False),
    ("> 0.5 and < 2", 1, True),
    ("> 0.5 and < 2", 2, False),
    ("< 0.5 or > 2", 3, True),
    ("< 0.5 or > 2", 1, False),
    ("< 5", float("nan"), False),
    ("!= 5", float("nan"), False),
    ("> 5", float("inf"), False),
]


@pytest.mark.parametrize(("text", "value", "holds"), HOLDS)
def test_a_condition_holds_or_not(text: str, value: float, holds: bool) -> None:  # noqa: FBT001
    assert condition_of(text).holds(value) is holds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "5",
        "< ",
        "< x",
        "< 1 and",
        "< 1 and > 2 and < 3",
        "< 1e999",
        "result < 1",
        "< 1; x",
        "< nan",
        "=> 1",
        "< \u0661",
    ],
)
def test_anything_else_is_no_condition(text: str) -> None:
    assert parsed(text) is None


APART: list[tuple[str, str, bool]] = [
    ("< 1", ">= 1", True),
    ("<= 1", ">= 1", False),
    ("< 2", "> 1", False),
    ("> 1 and < 2", "< 1 or > 2", True),
    ("> 1 and < 3", "> 2 and < 4", False),
    ("!= 0", "== 0", True),
    ("> 1", "> 5", False),
]


@pytest.mark.parametrize(("success", "failure", "apart"), APART)
def test_success_and_failure_are_kept_apart(success: str, failure: str, apart: bool) -> None:  # noqa: FBT001
    assert (overlap(success, failure) is None) is apart


SOURCE: dict[str, Any] = {"prometheus": {"url": "http://p/", "query": 'up{instance=~"{hosts}"}'}}
PLAIN: dict[str, Any] = {"name": "m", "success": "> 0", **SOURCE}
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"prometheus": None}, "one of prometheus, http, command, sql"),
    ({"command": {"run": ["x"]}}, "one of prometheus, http, command, sql"),
    ({"success": "fast"}, "a condition on a number"),
    ({"failure": "> 5"}, "a failure that is no success"),
    ({"compare": "ratio", "prometheus": {"url": "http://p/", "query": "up"}}, "`{hosts}` or `{addresses}`"),
    ({"compare": {"minimum_sample": 5}}, "`sample`, which says how many"),
    ({"compare": {"without_control": "hope"}}, ""),
    ({"compare": {"without_control": {"success": "> 1", "failure": "> 2"}}}, "a failure that is no success"),
    ({"prometheus": {"url": "ftp://p/", "query": "up"}}, ""),
    ({"prometheus": {"url": "http://p/", "query": "up", "headers": {"Authorization": "x"}}}, "no secret"),
    ({"prometheus": None, "http": {"url": "http://p/", "value": "a"}}, ""),
    ({"prometheus": None, "http": {"url": "http://p/"}, "sample": "requests"}, "a JSON pointer"),
    ({"prometheus": None, "command": {"run": []}}, ""),
    ({"prometheus": None, "sql": {"dsn": {}, "query": "select 1"}}, "either `file` or `variable`"),
    (
        {"prometheus": None, "sql": {"dsn": {"file": "a", "variable": "B"}, "query": "x"}},
        "either `file` or `variable`",
    ),
    ({"count": 0}, ""),
    ({"failed_limit": -1}, ""),
    ({"every": 0}, ""),
    ({"surprise": 1}, ""),
]


@pytest.mark.parametrize(("change", "words"), REFUSED)
def test_a_metric_that_makes_no_sense_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        Metric.model_validate({**PLAIN, **change})
    assert words in str(refusal.value)


def test_a_comparison_has_a_short_form() -> None:
    metric = Metric.model_validate({**PLAIN, "compare": "difference"})
    assert metric.compare is not None
    assert (metric.compare.by, metric.compare.without_control) == ("difference", None)


def test_two_metrics_of_a_gate_have_two_names() -> None:
    with pytest.raises(ValidationError, match="a name of its own"):
        Gate.model_validate({"metrics": [PLAIN, {**PLAIN, "name": "M"}]})


def test_a_gate_lasts_for_its_soak_or_for_what_its_metrics_need() -> None:
    metric = {**PLAIN, "every": "30s", "count": 5}
    assert Gate.model_validate({"soak": "1m", "metrics": [metric]}).lasts == 150.0
    assert Gate.model_validate({"soak": "10m", "metrics": [metric]}).lasts == 600.0
