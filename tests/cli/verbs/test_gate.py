"""`orch gate try`: the metrics of a gate are asked once; the exit code is that of the worst verdict."""

from __future__ import annotations

import json
from typing import Any

import pytest

from orchestrator.domain.evidence.reading import Reading
from tests.fakes.playbooks import Script
from tests.worlds.command_line import orch
from tests.worlds.fleet import Fleet
from tests.worlds.plans import plan_tree

METRIC: dict[str, Any] = {
    "name": "error ratio",
    "http": {"url": "http://127.0.0.1:9/{hosts}"},
    "success": "<= 1.5",
    "failure": "> 3",
    "compare": {"by": "ratio", "without_control": "skip"},
}
QUEUE: dict[str, Any] = {"name": "queue", "command": {"run": ["wc"]}, "success": "< 5"}


def fleet(**readings: float | Reading) -> Fleet:
    world = Fleet(plan_tree(waves=[1, "rest"], gate={"soak": "1m", "metrics": [METRIC, QUEUE]}))
    for name, reading in readings.items():
        world.measurements.script(name, reading)
    return world


ENDS: list[tuple[dict[str, float | Reading], int]] = [
    ({}, 0),
    ({"queue": 9.0}, 4),
    ({"queue": Reading(trouble="no_answer", detail="refused")}, 8),
]


@pytest.mark.parametrize(("readings", "code"), ENDS)
def test_the_exit_code_is_that_of_the_worst_verdict(readings: dict[str, float | Reading], code: int) -> None:
    assert orch(fleet(**readings), ["gate", "try", "plan.yml"]) == code


def test_a_failure_weighs_more_than_what_is_inconclusive() -> None:
    world = fleet(queue=9.0)
    world.measurements.script("error ratio", Reading(trouble="no_value"))
    assert orch(world, ["gate", "try", "plan.yml"]) == 4


def test_values_verdict_and_reason_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    world = fleet(queue=9.0)
    world.measurements.answers["error ratio"] = lambda hosts: Reading(6.2 if "h1" in hosts else 2.0)
    orch(world, ["gate", "try", "plan.yml", "--wave", "1"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == (
        "wave 1: FAILED: error ratio of the 1 new host is 3.1 times that of the 2 hosts not yet touched (6.2 to 2); "
        "success is <= 1.5, failure > 3"
    )
    assert lines[2] == "wave 1: FAILED: queue of the 1 new host is 9; success is < 5"


def test_the_last_wave_skips_what_the_plan_skips(capsys: pytest.CaptureFixture[str]) -> None:
    assert orch(fleet(), ["gate", "try", "plan.yml", "--wave", "2", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert [metric["skipped"] for metric in shown["metrics"]] == [True, False]
    assert shown["metrics"][1]["value"] == 1.0


BESIDE: list[tuple[object, str, int, str]] = [
    ("skip", "2", 0, "nothing was measured; the gate passes by its soak and its checks alone"),
    ("last_control", "1", 0, "success: error ratio of the 1 new host is 1 times that of the 2 hosts"),
    ("last_control", "2", 8, "a dry run of this gate alone has none"),
    ({"success": "< 5"}, "2", 0, "success: error ratio of the 3 new hosts is 1; success is < 5"),
    ({"success": "< 0.5"}, "2", 4, "FAILED: error ratio of the 3 new hosts is 1; success is < 0.5"),
    (None, "1", 3, "no `without_control`"),
]


@pytest.mark.parametrize(("without_control", "wave", "code", "words"), BESIDE)
def test_where_no_untouched_host_is_left_the_plan_says_what_counts(
    without_control: object, wave: str, code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    metric = {**METRIC, "compare": {"by": "ratio", "without_control": without_control}}
    world = Fleet(plan_tree(waves=[1, "rest"], gate={"soak": "1m", "metrics": [metric]}))
    assert orch(world, ["gate", "try", "plan.yml", "--wave", wave]) == code
    printed = capsys.readouterr()
    assert words in printed.out + printed.err


def test_sources_that_are_all_down_are_told_one_by_one_and_nothing_is_a_success(
    capsys: pytest.CaptureFixture[str],
) -> None:
    world = fleet(
        queue=Reading(trouble="unusable", detail="no such program"),
        **{"error ratio": Reading(trouble="no_answer", detail="connection refused")},
    )
    assert orch(world, ["gate", "try", "plan.yml"]) == 8
    shown = capsys.readouterr().out
    assert "INCONCLUSIVE: error ratio of the 1 new host: no answer (connection refused)" in shown
    assert "INCONCLUSIVE: queue of the 1 new host: it could not be asked (no such program)" in shown


def test_nothing_is_recorded_and_nothing_run() -> None:
    world = fleet()
    orch(world, ["gate", "try", "plan.yml"])
    assert world.ports.journal.deployments() == []
    assert world.started() == []


def test_a_wave_that_there_is_not_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert orch(fleet(), ["gate", "try", "plan.yml", "--wave", "3"]) == 2
    assert "the plan has waves 1 to 2" in capsys.readouterr().err
    assert orch(fleet(), ["gate", "try", "plan.yml", "--wave", "1", "--early-life"]) == 2


def test_early_life_support_without_metrics_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert orch(fleet(), ["gate", "try", "plan.yml", "--early-life"]) == 0
    assert "no metric is measured there" in capsys.readouterr().out


def test_without_a_wave_it_is_the_one_in_which_a_deployment_of_the_plan_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    world = fleet()
    orch(world, ["gate", "try", "plan.yml"])
    assert capsys.readouterr().out.splitlines()[0] == "Wave 1 of 2; --wave names another."
    world.playbooks.script("deploy", ["h2", "h3"], Script(results={"h2": "not_done"}))
    world.tree["backout"]["on_failure"] = "hold"
    held = world.deploy()
    assert held.rollout.wave == 1
    orch(world, ["gate", "try", "plan.yml"])
    first, *rest = capsys.readouterr().out.splitlines()
    assert first == f"Wave 2 of 2, where {held.id} is; --wave names another."
    assert rest[0].startswith("wave 2:")
    orch(world, ["gate", "try", "plan.yml", "--wave", "1"])
    assert capsys.readouterr().out.startswith("wave 1:")
