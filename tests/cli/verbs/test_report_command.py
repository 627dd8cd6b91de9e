"""`orch report`: what it shows of deployments that the engine made, in each form, and what it refuses."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.playbooks import Script
from tests.worlds import command_line
from tests.worlds.fleet import Fleet
from tests.worlds.plans import plan_tree

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def fleet() -> Fleet:
    tree = plan_tree()
    tree["release"]["service"] = "shop"
    return Fleet(tree)


@pytest.fixture
def orch(fleet: Fleet, capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*words: Any) -> tuple[int, str, str]:
        code = command_line.orch(fleet, [str(word) for word in words])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def figures(output: str) -> dict[tuple[str, str], dict[str, Any]]:
    return {(m["code"], m["group"]): m["now"] for m in json.loads(output)["measures"]}


def line_of(output: str, title: str) -> str:
    return " ".join(next(line for line in output.splitlines() if line.strip().startswith(title)).split())


def test_nothing_deployed_is_told_without_a_percentage(orch: Run) -> None:
    code, output, _ = orch("report")
    assert code == 0
    assert "No deployment in this period and the one before" in output
    assert line_of(output, "Successful deployments") == "Successful deployments no case no case"
    assert line_of(output, "Incidents that came of a deployment").endswith("deployment no case no case")
    assert line_of(output, "Satisfaction of stakeholders") == "Satisfaction of stakeholders no case no case"


def test_one_deployment_is_one_of_one(fleet: Fleet, orch: Run) -> None:
    fleet.deploy()
    fleet.clock.jump(60)
    _, output, _ = orch("report")
    assert line_of(output, "Successful deployments") == "Successful deployments 1 of 1 no case"
    assert "Completed with every host verified, out of" in output


def test_a_failure_and_its_restoration_are_counted(fleet: Fleet, orch: Run) -> None:
    fleet.deploy()
    fleet.playbooks.script("deploy", None, Script(results={"h1": "not_done"}))
    fleet.clock.jump(60)
    fleet.deploy()
    fleet.clock.jump(60)
    code, output, _ = orch("report", "--json")
    assert code == 0
    measures = figures(output)
    assert measures["success", ""] == {"form": "share", "part": 1, "of": 2, "share": 0.5}
    assert measures["restored", ""]["part"] == 1
    assert measures["failures", "deploying"]["part"] == 1
    assert measures["change_failure_rate", ""]["part"] == 1
    answer = json.loads(output)
    assert answer["kind"] == "report"
    assert answer["definitions"]["success"]["definition"]
    assert "auditors" in answer["reasons"]


def test_an_incident_and_an_answer_of_the_review_are_counted(fleet: Fleet, orch: Run) -> None:
    name = fleet.deploy().id
    fleet.clock.jump(60)
    orch("incident", "add", "INC-1", "--title", "it hangs", "--severity", "=high", "--by", "ann")
    orch("incident", "link", "INC-1", name, "--reason", "the pool", "--by", "ann")
    orch("pir", "open", name, "--by", "ann")
    orch("pir", "satisfaction", name, "sales", "2", "--by", "ann")
    fleet.clock.jump(60)
    _, output, _ = orch("report")
    assert line_of(output, "Incidents that came of").endswith("1 of 1 no case")
    assert line_of(output, "=high") == "=high 1 of 1 no case"
    assert line_of(output, "Satisfaction of stakeholders").endswith("2 of 5 (n = 1) no case")
    measures = figures(orch("report", "--json")[1])
    assert measures["satisfaction", ""] == {"form": "scores", "n": 1, "median": 2.0}
    assert measures["with_incidents", ""]["part"] == 1
    assert "'=high" in orch("report", "--csv", "-")[1]


def test_filters_count_what_is_asked_for(fleet: Fleet, orch: Run) -> None:
    fleet.deploy()
    fleet.clock.jump(60)
    for words, ended in (
        (["--service", "Shop"], 1),
        (["--service", "pay"], 0),
        (["--environment", "test"], 1),
        (["--environment", "live"], 0),
        (["--model", "rolling"], 0),
    ):
        _, output, _ = orch("report", "--json", *words)
        assert figures(output)["ended", ""]["count"] == ended, words


def test_a_period_that_is_not_over_says_so(fleet: Fleet, orch: Run) -> None:
    fleet.deploy()
    _, output, _ = orch("report", "--from", "2026-03-01", "--to", "2026-04-01", "--zone", "Europe/Berlin")
    assert "Report of 2026-03-01 00:00 CET to 2026-04-01 00:00 CEST" in output
    assert "The period is not over: figures are as of 2026-03-02" in output


def test_files_are_for_their_owner_and_hold_every_measure(fleet: Fleet, orch: Run, tmp_path: Path) -> None:
    fleet.deploy()
    fleet.clock.jump(60)
    table, page = tmp_path / "report.csv", tmp_path / "report.html"
    code, _, told_where = orch("report", "--csv", table, "--html", page)
    assert code == 0
    assert str(table) in told_where
    assert [path.stat().st_mode & 0o777 for path in (table, page)] == [0o600, 0o600]
    with table.open(newline="") as file:
        codes = {row["code"] for row in csv.DictReader(file)}
    assert {"success", "lead_time", "incidents"} <= codes
    assert page.read_text().startswith("<!doctype html>")


def test_csv_to_standard_output_keeps_its_line_ends(orch: Run) -> None:
    _, output, _ = orch("report", "--csv", "-")
    assert output.startswith("begins,ends,code,group,title,unit,value")


@pytest.mark.parametrize(
    "words",
    [
        ["--json", "--csv", "report.csv"],
        ["--from", "2026-03-02", "--to", "2026-03-01"],
        ["--from", "yesterday"],
        ["--zone", "Berlin"],
    ],
)
def test_what_makes_no_report_is_refused_as_usage(orch: Run, words: list[str]) -> None:
    assert orch("report", *words)[0] == 2


@pytest.mark.parametrize("forgotten", [True, False], ids=["no fold is kept", "a fold is kept"])
def test_a_journal_that_cannot_be_read_is_in_no_figure_and_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], *, forgotten: bool
) -> None:
    fleet = Fleet(plan_tree(), home=tmp_path)
    fleet.deploy()
    (name,) = fleet.ports.journal.deployments()
    fleet.clock.jump(60)
    with sqlite3.connect(tmp_path / "journal.sqlite") as database:
        database.execute(
            "UPDATE events SET body = substr(body, 1, 20) WHERE deployment = ? AND seq = 3", (name,)
        )
        if forgotten:
            database.execute("DELETE FROM folds")
    database.close()
    assert command_line.orch(fleet, ["report"]) == 0
    output = capsys.readouterr().out
    assert f"In no figure, because it cannot be read: 1 deployment ({name})" in output
    assert line_of(output, "Successful deployments") == "Successful deployments no case no case"


def test_a_period_that_ends_before_it_begins_is_told_so(orch: Run) -> None:
    code, _, error = orch("report", "--from", "2026-12-01", "--to", "2026-11-01")
    assert (code, "expected a --to after --from, at most 800 days" in error) == (2, True)
