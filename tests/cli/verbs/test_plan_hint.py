"""`orch plan show --diff`: which hosts are asked, what is printed, and how it ends; the hint itself is scripted."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from orchestrator.domain.evidence.attempt import AttemptRequest
from orchestrator.domain.evidence.hint import ActingTask, HintDiff, HintRun, HintTask
from tests.fakes.hints import FakeHints, nothing_to_do
from tests.worlds.command_line import orch
from tests.worlds.fleet import Fleet
from tests.worlds.plans import plan_tree


def fleet(says: Callable[[AttemptRequest], HintRun] = nothing_to_do) -> tuple[Fleet, FakeHints]:
    world, hints = Fleet(plan_tree(waves=[1, "rest"])), FakeHints(says)
    world.ports = replace(world.ports, hints=hints)
    return world, hints


def changes(request: AttemptRequest) -> HintRun:
    diff = HintDiff(path="", form="state", text="--- before\n+++ after\n+\\x1b[31m")
    task = {"host": request.hosts[0], "task": "writes", "action": "copy", "kind": "ok"}
    writes = HintTask.model_validate({**task, "changed": True, "diffs": (diff,)})
    other = HintTask.model_validate(
        {**task, "task": "runs", "action": "command", "kind": "skipped", "unseen": True}
    )
    return HintRun(tasks=(writes, other), through=request.hosts)


def acts(_: AttemptRequest) -> HintRun:
    return HintRun(acting=(ActingTask(task="reads", action="command"),))


def dead(_: AttemptRequest) -> HintRun:
    return HintRun(faults=("h1 did not let the run begin: no route to host",))


ROWS: list[tuple[str, Any, list[str], int, list[str]]] = [
    (
        "nothing",
        nothing_to_do,
        [],
        0,
        ["h1: 0 tasks would change something", "no promise", "the first host of each stage"],
    ),
    ("changes", changes, [], 0, ["would change: writes (copy)", "+\\x1b[31m", "not seen: runs (command)"]),
    ("chosen", nothing_to_do, ["--limit", "h2, h3"], 0, ["h2: 0 tasks", "h3: 0 tasks"]),
    ("acting", acts, [], 4, ["would act in check mode: reads (command)", "allow.check_mode_tasks"]),
    ("dead", dead, [], 1, ["not whole: h1 did not let", "h1: no task of the playbook was run"]),
]


@pytest.mark.parametrize(
    ("says", "words", "code", "printed"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_a_hint_is_printed(
    capsys: pytest.CaptureFixture[str], says: Any, words: list[str], code: int, printed: list[str]
) -> None:
    world, hints = fleet(says)
    assert orch(world, ["plan", "show", "PLAN", "--diff", *words]) == code
    output = capsys.readouterr().out
    assert [sentence for sentence in printed if sentence not in output] == []
    assert hints.open == []
    assert world.ports.journal.deployments() == []


def test_what_is_asked_is_what_a_deployment_would_run() -> None:
    world, hints = fleet()
    orch(world, ["plan", "show", "PLAN", "--diff", "--limit", "h2,h1", "--at-most", "90s"])
    assert [request.hosts for request in hints.asked] == [("h1",), ("h2",)]
    first = hints.asked[0]
    assert (first.purpose, first.epoch, first.run_timeout, first.accelerate) == ("hint", 0, 90.0, None)
    given: Any = first.variables["orch"]
    assert given["purpose"] == "deploy"


def test_the_json_says_that_it_promises_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    world, _ = fleet(changes)
    assert orch(world, ["plan", "show", "PLAN", "--diff", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["ok"], answer["hint"]["promise"], answer["hint"]["whole"]) == (True, False, True)
    [stage] = answer["hint"]["stages"]
    assert (stage["hosts"], stage["by_hand"], stage["stopped"]) == (["h1"], False, [])
    assert [task["unseen"] for task in stage["run"]["tasks"]] == [False, True]


@pytest.mark.parametrize(
    "words",
    [
        ["--limit", "h1"],
        ["--at-most", "1m"],
        ["--diff", "--limit", "h9"],
        ["--diff", "--limit", " , "],
        ["--diff", "--at-most", "soon"],
        ["--diff", "--at-most", "0s"],
        ["--diff", "--html", "page.html"],
        ["--diff", "--at", "2026-06-06T10:00"],
    ],
)
def test_options_that_make_no_sense_together_ask_no_host(words: list[str]) -> None:
    world, hints = fleet()
    assert orch(world, ["plan", "show", "PLAN", *words]) == 2
    assert hints.asked == []


def test_what_is_interrupted_leaves_no_hint() -> None:
    def interrupted(_: AttemptRequest) -> HintRun:
        raise KeyboardInterrupt

    world, hints = fleet(interrupted)
    assert orch(world, ["plan", "show", "PLAN", "--diff"]) == 130
    assert hints.open == []
