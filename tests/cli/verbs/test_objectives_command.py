"""`orch objectives`: what releases were to bring about; the commands that it prints work as they are printed."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.command_line import orch
from tests.worlds.fleet import Fleet
from tests.worlds.plans import plan_tree

CALLS: dict[str, Any] = {
    "objective": "Few calls.",
    "by_hand": {"unit": "calls", "role": "service owner"},
    "expected": "<= 5",
    "due": "7d",
}
ANSWERS: dict[str, Any] = {"objective": "It answers.", "check": {"tcp": 8080}, "due": "1h"}
FILL = {"VALUE": "9", "WHAT": "the ticket list", "ROLE": "service owner", "WHY": "enough"}


@pytest.fixture
def fleet() -> Fleet:
    tree = plan_tree()
    tree["objectives"] = [CALLS, ANSWERS, "Words alone."]
    fleet = Fleet(tree)
    fleet.deploy()
    return fleet


def printed(text: str, option: str) -> list[str]:
    """The printed command with this option, with its holes filled."""
    line = next(line for line in text.splitlines() if option in line)
    command = line[line.index("orch objectives") :].partition(")")[0]
    return [FILL.get(word, word) for word in shlex.split(command)][1:]


def printed_by(capsys: pytest.CaptureFixture[str], fleet: Fleet, *words: str) -> str:
    capsys.readouterr()
    assert orch(fleet, words) == 0
    return capsys.readouterr().out


def test_the_commands_of_status_lead_from_not_yet_known_to_a_decision(
    fleet: Fleet, capsys: pytest.CaptureFixture[str]
) -> None:
    d = fleet.ports.journal.deployments()[0]
    status = printed_by(capsys, fleet, "status", d)
    assert "Objective 1 not yet known: Few calls." in status
    printed_by(capsys, fleet, *printed(status, "--measure"))
    printed_by(capsys, fleet, *printed(status, "--record"))
    missed = printed_by(capsys, fleet, "status", d)
    assert "Objective 1 not achieved: 9 calls" in missed
    printed_by(capsys, fleet, *printed(missed, "--accept"))
    assert "accepted by" in printed_by(capsys, fleet, "status", d)
    assert "Objective 2 achieved" in printed_by(capsys, fleet, "record", "show", d)


def test_without_a_deployment_what_is_due_or_missed_is_listed(
    fleet: Fleet, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    d = fleet.ports.journal.deployments()[0]
    fleet.clock.sleep(8 * 86400)
    assert "OVERDUE" in printed_by(capsys, fleet, "objectives")
    (tmp_path / "list.csv").write_text("3")
    printed_by(
        capsys,
        fleet,
        "objectives",
        d,
        "--record",
        "1",
        "3",
        "--note",
        "list",
        "--attach",
        str(tmp_path / "list.csv"),
    )
    answer = json.loads(printed_by(capsys, fleet, "objectives", d, "--json"))
    assert [each["outcome"] for each in answer["objectives"]] == [
        "achieved",
        "not yet known",
        "not measurable",
    ]
    assert answer["objectives"][0]["measured"]["attached"][0]["name"] == "list.csv"


@pytest.mark.parametrize(
    "words", [["--measure"], ["x", "--measure", "--accept", "1"], ["--record", "one", "3"], ["--accept", "1"]]
)
def test_half_a_command_is_refused(fleet: Fleet, words: list[str]) -> None:
    d = fleet.ports.journal.deployments()[0]
    assert orch(fleet, ["objectives", *[d if word == "x" else word for word in words]]) != 0
