"""What the check of a plan says of its metrics."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.policy.course.rollout import waves_of
from orchestrator.policy.planning.metric_objections import (
    files_of_metrics,
    programs_of_metrics,
    unpassed_variables,
    without_control,
)
from orchestrator.policy.planning.plan_objections import credential_files
from tests.worlds.plans import plan_of, plan_tree, targets_named

METRIC: dict[str, Any] = {
    "name": "error ratio",
    "prometheus": {"url": "http://p/", "query": "x{hosts}"},
    "success": "< 2",
}


def compared(choice: object = None) -> dict[str, Any]:
    return {"metrics": [{**METRIC, "compare": {"without_control": choice}}]}


SKIPPED, LAST = compared("skip"), compared("last_control")
FIRST: dict[str, Any] = {"count": 1, "gate": compared()}
PLACES: list[tuple[dict[str, Any], list[str]]] = [
    ({"waves": [1, "rest"], "gate": compared()}, ["strategy.gate.metrics[0].compare"]),
    ({"waves": [1, "rest"], "gate": SKIPPED}, []),
    ({"waves": [1, "rest"], "gate": LAST}, []),
    ({"waves": [1, "rest"], "gate": compared({"success": "< 5"})}, []),
    ({"waves": [FIRST, "rest"]}, []),
    ({"waves": [1, {"rest": True, "gate": compared()}]}, ["strategy.waves[1].gate.metrics[0].compare"]),
    ({"kind": "big-bang", "waves": [], "gate": compared()}, ["strategy.gate.metrics[0].compare"]),
    ({"kind": "big-bang", "waves": [], "gate": LAST}, ["strategy.gate.metrics[0].compare.without_control"]),
    (
        {"waves": [1, {"rest": True, "gate": LAST}]},
        ["strategy.waves[1].gate.metrics[0].compare.without_control"],
    ),
    ({"waves": [FIRST, {"rest": True, "gate": LAST}]}, []),
    ({"kind": "pilot", "waves": [], "pilot": {"hosts": ["h1"], "gate": compared()}}, []),
]


@pytest.mark.parametrize(("strategy", "paths"), PLACES)
def test_a_comparison_says_what_counts_where_no_untouched_host_is_left(
    strategy: dict[str, Any], paths: list[str]
) -> None:
    plan = plan_of(plan_tree(**strategy))
    waves = waves_of(plan, targets_named("h1", "h2")).waves
    assert [objection.path for objection in without_control(plan, waves)] == paths


def test_early_life_support_has_no_untouched_hosts() -> None:
    tree = plan_tree()
    tree["validation"]["early_life"] = {"duration": "1h", **compared()}
    plan = plan_of(tree)
    [objection] = without_control(plan, waves_of(plan, targets_named("h1", "h2")).waves)
    assert objection.path == "validation.early_life.metrics[0].compare"
    assert "without_control: skip" in objection.next_move


def test_files_programs_and_variables_of_metrics_are_known() -> None:
    source = {"url": "http://p/", "query": "x", "ca_file": "ca.pem", "bearer": {"file": "token"}}
    metrics = [
        {**METRIC, "prometheus": source},
        {"name": "b", "command": {"run": ["scripts/b", "x/y"]}, "success": "> 1"},
        {"name": "c", "command": {"run": ["/bin/wc"]}, "success": "> 1"},
        {"name": "d", "sql": {"dsn": {"file": "dsn"}, "query": "q"}, "success": "> 1"},
        {"name": "e", "sql": {"dsn": {"variable": "SHOP"}, "query": "q"}, "success": "> 1"},
    ]
    tree = plan_tree(gate={"metrics": metrics})
    plan = plan_of(tree)
    assert dict(files_of_metrics(plan)) == {
        "strategy.gate.metrics[0].prometheus.bearer.file": "token",
        "strategy.gate.metrics[0].prometheus.ca_file": "ca.pem",
        "strategy.gate.metrics[3].sql.dsn.file": "dsn",
    }
    assert credential_files(plan) == ["token", "dsn"]
    assert dict(programs_of_metrics(plan)) == {"strategy.gate.metrics[1].command.run[0]": "scripts/b"}
    assert [each.path for each in unpassed_variables(plan)] == ["strategy.gate.metrics[4].sql.dsn.variable"]
    tree["resources"]["pass_environment"] = ["SHOP"]
    assert list(unpassed_variables(plan_of(tree))) == []
