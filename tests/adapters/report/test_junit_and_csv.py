"""Records for machines: every answer is there once, and what was not a success is none."""

from __future__ import annotations

import csv
import io
from xml.etree import ElementTree as Xml

import pytest

from orchestrator.adapters.report import csv_checks, junit_record
from orchestrator.adapters.report.evidence import Evidence
from orchestrator.domain.journal.lifecycle import State
from orchestrator.policy.telling.timeline_builder import story_of
from tests.journals.corpus import NAMES, folded, recorded

XSD_ATTRIBUTES = {
    "testsuites": {"name", "tests", "failures", "errors"},
    "testsuite": {"name", "tests", "failures", "errors", "time", "timestamp"},
    "testcase": {"classname", "name", "time"},
    "failure": {"type", "message"},
    "error": {"type", "message"},
}


def rows_of(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(csv_checks(recorded(name)), newline="")))


@pytest.mark.parametrize("name", NAMES)
def test_every_answer_of_the_journal_is_a_row(name: str) -> None:
    wanted = sorted(
        (r.host, r.title, r.answer, r.kind)
        for record in recorded(name)
        for r in getattr(record.event, "results", ())
    )
    rows = sorted((row["host"], row["check"], row["answer"], row["kind"]) for row in rows_of(name))
    assert set(rows) == set(wanted)
    failed = [row for row in wanted if row[2] != "passed"]
    assert [row for row in rows if row[2] != "passed"] == failed


def test_a_row_says_where_and_when() -> None:
    row = next(
        row for row in rows_of("residue") if row["answer"] == "passed" and row["step"] == "verification"
    )
    assert (row["release"], row["version"], row["environment"]) == ("shop", "2.4.0", "staging")
    assert (row["wave"], row["seconds"]) == ("wave 1", "0.110")
    assert row["began"] < row["ended"]


@pytest.mark.parametrize("name", NAMES)
def test_only_what_completed_has_no_failure(name: str) -> None:
    suites = Xml.fromstring(junit_record(recorded(name)))
    end = suites.find("testsuite[@name='deployment']/testcase")
    assert end is not None
    assert (len(end) == 0) == (folded(name).state is State.COMPLETED)
    bad = int(suites.get("failures", "0")) + int(suites.get("errors", "0"))
    if folded(name).state is not State.COMPLETED:
        assert bad


@pytest.mark.parametrize("name", NAMES)
def test_counts_are_those_of_the_cases(name: str) -> None:
    root = Xml.fromstring(junit_record(recorded(name)))
    for suite in root:
        assert suite.get("tests") == str(len(suite.findall("testcase")))
        assert suite.get("failures") == str(len(suite.findall("testcase/failure")))
        assert suite.get("errors") == str(len(suite.findall("testcase/error")))
    assert root.get("tests") == str(len(root.findall("testsuite/testcase")))


@pytest.mark.parametrize("name", NAMES)
def test_every_host_of_a_run_is_a_case(name: str) -> None:
    records = recorded(name)
    evidence = Evidence(records)
    outcomes = [o for step in story_of(records).steps for o in evidence.outcomes(step)]
    cases = Xml.fromstring(junit_record(records)).findall("testsuite/testcase[@name='playbook']")
    assert [case.get("classname") for case in cases] == [outcome.host for outcome in outcomes]
    assert [len(case) == 0 for case in cases] == [outcome.result == "done" for outcome in outcomes]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_but_what_readers_of_junit_know(name: str) -> None:
    for element in Xml.fromstring(junit_record(recorded(name))).iter():
        assert set(element.attrib) == XSD_ATTRIBUTES[element.tag]
