"""Faults in the forms that forges read: each names file and line, and text of a fault stays text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pytest

from orchestrator.cli.main import run
from orchestrator.cli.views.fault_formats import FORMATS, in_format
from orchestrator.errors import Fault

HERE = Path("/builds/shop")
FAULT = Fault(
    "plans/shop.yml", 14, "strategy.waves[1].count", "a number", 'found "1%\n::error::x"', "write 1"
)
ABSOLUTE = Fault(
    "/builds/shop/playbooks/app.yml", None, "", "no <b>prompt</b> & co", "one, here: it asks", "remove it"
)
OUTSIDE = Fault("/etc/orch/house.toml", 2, "home", "a folder", "none", "make it")


def test_github_cannot_be_given_a_second_command() -> None:
    lines = in_format("github", [FAULT], [ABSOLUTE], HERE).splitlines()
    assert [line.partition("::")[2].split("::")[0] for line in lines] == [
        "error file=plans/shop.yml,line=14,title=strategy.waves.count",
        "warning file=playbooks/app.yml,line=1,title=file",
    ]
    assert "\n" not in lines[0]
    assert "1%25" in lines[0]


def test_gitlab_has_a_fingerprint_that_stays_when_lines_move() -> None:
    first, second = (
        json.loads(in_format("gitlab", [Fault("p.yml", line, "a.b", "x", "y", "z")], [], HERE))[0] for line in (3, 9)
    )  # fmt: skip
    assert first["fingerprint"] == second["fingerprint"]
    assert (first["location"], first["severity"]) == ({"path": "p.yml", "lines": {"begin": 3}}, "critical")


def test_sarif_names_each_rule_once_and_relative_places() -> None:
    made: dict[str, Any] = json.loads(in_format("sarif", [FAULT, FAULT, OUTSIDE], [ABSOLUTE], HERE))
    [one_run] = made["runs"]
    rules = [rule["id"] for rule in one_run["tool"]["driver"]["rules"]]
    assert rules == sorted(set(rules))
    assert all(rules[each["ruleIndex"]] == each["ruleId"] for each in one_run["results"])
    places = [
        each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in one_run["results"]
    ]
    assert places == ["plans/shop.yml", "plans/shop.yml", "file:///etc/orch/house.toml", "playbooks/app.yml"]
    assert [each["level"] for each in one_run["results"]] == ["error", "error", "error", "warning"]


def test_junit_fails_for_faults_alone() -> None:
    suite = Xml.fromstring(in_format("junit", [ABSOLUTE], [FAULT], HERE))[0]
    assert (suite.get("tests"), suite.get("failures")) == ("1", "1")
    failure = suite.find("testcase/failure")
    assert failure is not None
    assert "<b>prompt</b> & co" in failure.get("message", "")
    passed = Xml.fromstring(in_format("junit", [], [FAULT], HERE))[0]
    assert (passed.get("tests"), passed.get("failures")) == ("1", "0")


@pytest.mark.parametrize("form", FORMATS)
def test_a_plan_that_cannot_be_read_is_a_finding_too(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plan.yml").write_text("orch: 1\nstrategy: [\n")
    assert run(["plan", "check", "plan.yml", "--format", form]) == 3
    shown = capsys.readouterr()
    assert "plan.yml" in shown.out
    assert shown.err == ""
