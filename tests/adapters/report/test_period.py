"""The report of a period as CSV and as a page: whole, inert whatever people wrote, honest where there is nothing."""

from __future__ import annotations

import csv
import io
import re
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from orchestrator.adapters.report.pdf import pdf_of
from orchestrator.adapters.report.period_csv import csv_report, inert
from orchestrator.adapters.report.period_document import period_document
from orchestrator.adapters.report.period_page import html_report
from orchestrator.cli.views.report_text import MOST_LISTED, report_lines
from orchestrator.engine.lookup.period_facts import period_facts
from orchestrator.policy.measures.period.figure_words import figure_words
from orchestrator.policy.measures.period.listed_words import result_words
from orchestrator.policy.measures.period.measure_words import MEANINGS
from orchestrator.policy.measures.period.period_report import Asked, PeriodReport
from orchestrator.policy.measures.period.report_json import report_json_text
from orchestrator.policy.measures.period.report_of import report_of
from orchestrator.policy.measures.period.span import Period
from tests.adapters.report.outline import Outline
from tests.worlds.periods import journal_of, moment, set_to
from tests.worlds.printed_pages import acts_in, inflated, needs_pdftotext, text_of

BERLIN = ZoneInfo("Europe/Berlin")
USUAL: dict[str, Any] = {"service": "shop", "environment": "live", "model": "rolling"}
DONE = "11-01T08:00 planned; 11-01T09:00 begun; 11-01T10:00 completed"
BAD = "11-01T08:00 planned; 11-01T09:00 begun; 11-01T10:00 failed deploying; 11-01T10:00 backout failure; 11-01T11:00 restored"
HOSTILE = "=cmd|' /C calc'!A1</td><script>alert(1)</script>\u202e"


def report(*happened: str, asked: Asked | None = None, unreadable: tuple[str, ...] = ()) -> PeriodReport:
    deployments = {f"d{n}": {"happened": each} for n, each in enumerate(happened)}
    journal, clock = journal_of(deployments, USUAL)
    set_to(clock, moment("11-20T00:00"))
    period = Period(begins=moment("11-01T00:00"), ends=moment("11-15T00:00"))
    facts = period_facts(journal, period, clock.now())
    return report_of(facts.deployments, period, clock.now(), asked=asked, unreadable=unreadable)


def rows(made: PeriodReport) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(csv_report(made), newline="")))


def test_each_measure_has_its_row_with_cases_and_definition() -> None:
    made = report(DONE, BAD)
    table = rows(made)
    assert len(table) == len(made.measures) + len(made.unrecorded)
    success = next(row for row in table if row["code"] == "success")
    assert (success["value"], success["part"], success["of"], success["cases"]) == ("0.5", "1", "2", "2")
    assert success["before_value"] == ""
    assert all(row["definition"] for row in table)


def test_what_is_not_recorded_has_a_row_without_any_number() -> None:
    findings = next(row for row in rows(report(DONE)) if row["code"] == "auditors")
    numbers = [
        value
        for name, value in findings.items()
        if name.startswith(("value", "part", "of", "cases", "before"))
    ]
    assert findings["unit"] == "not counted"
    assert set(numbers) == {""}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "\uff1d1", "\n=1"])
def test_no_text_is_a_formula(text: str) -> None:
    assert str(inert(text)).startswith("'")
    assert inert("plain = text") == "plain = text"
    assert inert(-3) == -3
    assert inert("\r=1") == "\ufffd=1"


def hostile() -> PeriodReport:
    made = report(DONE)
    groups = tuple(
        measure.model_copy(update={"group": HOSTILE}) if measure.code == "models" else measure
        for measure in made.measures
    )
    asked = Asked(service=HOSTILE)
    return made.model_copy(update={"measures": groups, "asked": asked, "unreadable": (HOSTILE,)})


def test_hostile_names_are_inert_in_csv() -> None:
    table = rows(hostile())
    group = next(row["group"] for row in table if row["code"] == "models")
    assert group.startswith("'=cmd")
    assert "\u202e" not in csv_report(hostile())
    assert next(row["definition"] for row in table if row["code"] == "unreadable").startswith("'=cmd")


def test_hostile_names_are_inert_on_the_page_which_needs_nothing_else() -> None:
    page = html_report(hostile(), BERLIN)
    outline = Outline(page)
    assert not outline.unbalanced
    assert not outline.open
    assert {tag for tag, _ in outline.elements} & {"script", "iframe", "img", "link"} == set()
    assert not [
        value
        for _, attributes in outline.elements
        for name, value in attributes.items()
        if name in ("src", "href")
    ]
    assert "\u202e" not in page
    assert "alert(1)" in outline.text


def test_the_page_draws_each_end_cause_and_lead_time() -> None:
    outline = Outline(html_report(report(DONE, DONE, BAD), BERLIN))
    rects = [attributes.get("class") or "" for tag, attributes in outline.elements if tag == "rect"]
    styles = [style for style in rects if style.startswith("e-")]
    assert styles == ["e-completed", "e-backed_out", "e-failed"]
    assert sum(tag == "circle" for tag, _ in outline.elements) == 2
    assert "2 deployments completed" in outline.text
    assert "deploying a wave: 1 of 1" in outline.text
    assert "2 of 3 (67 %)" in outline.text


def test_a_period_without_deployments_has_no_chart_and_no_percentage() -> None:
    outline = Outline(html_report(report(), BERLIN))
    assert "No deployment in this period and the one before" in outline.text
    assert "No deployment ended in this period." in outline.text
    assert "No deployment was completed in this period." in outline.text
    assert "%" not in outline.text.replace("90 % by nearest rank", "").partition("Results")[2]
    assert not [tag for tag, _ in outline.elements if tag == "svg"]


def test_one_deployment_is_one_of_one_and_no_median() -> None:
    outline = Outline(html_report(report(DONE), BERLIN))
    assert "1 of 1" in outline.text
    assert "100 %" not in outline.text
    assert "2 h (n = 1)" in outline.text


def test_what_cannot_be_read_is_named() -> None:
    made = report(DONE, unreadable=("lost-1",))
    assert "cannot be read: 1 deployment (lost-1)" in Outline(html_report(made, BERLIN)).text
    assert next(row for row in rows(made) if row["code"] == "unreadable")["value"] == "1"


def listed(made: PeriodReport) -> list[tuple[str, str]]:
    return [(each.id, result_words(each)) for each in made.listed]


def test_the_deployments_behind_the_figures_are_listed() -> None:
    open_still = "11-10T08:00 planned; 11-10T09:00 begun"
    earlier = "10-01T08:00 planned; 10-01T09:00 begun; 10-01T10:00 completed"
    refused = "11-11T08:00 planned; 11-11T09:00 begun; 11-11T09:01 refused environment"
    made = report(DONE, BAD, open_still, earlier, refused)
    assert listed(made) == [
        ("d0", "completed"),
        ("d1", "backed out: deploying a wave"),
        ("d2", "not over"),
        ("d4", "refused: environment"),
    ]
    page = html_report(made, BERLIN)
    text = "\n".join(report_lines(made, BERLIN))
    for name, result in listed(made):
        assert re.search(rf"<td>{name}</td>.*<td>{result}</td>", page)
        assert re.search(rf"  {name} .* {result}", text)


def test_a_period_without_deployments_says_so() -> None:
    made = report()
    assert "No deployment was open in this period." in html_report(made, BERLIN)
    assert "No deployment was open in this period." in "\n".join(report_lines(made, BERLIN))


def test_very_many_are_cut_in_the_terminal_only() -> None:
    made = report(*[DONE] * (MOST_LISTED + 5))
    assert f"The newest {MOST_LISTED} of {MOST_LISTED + 5}" in "\n".join(report_lines(made, BERLIN))
    assert html_report(made, BERLIN).count("<td>completed</td>") == MOST_LISTED + 5


@needs_pdftotext
def test_paper_has_every_measure_each_chart_and_the_figures_inside(tmp_path: Path) -> None:
    made = report(DONE, BAD)
    content = report_json_text(made).encode()
    pdf = pdf_of(period_document(made, BERLIN, content))
    text = text_of(pdf, tmp_path)
    for measure in made.measures:
        assert "".join(figure_words(measure.now).split()) in text
        assert "".join(MEANINGS[measure.code].definition.split()) in text
    opened = inflated(pdf).decode("latin-1")
    assert opened.count("/S/Figure") == 3
    assert "/Subtype/application#2Fjson" in opened
    assert sha256(content).hexdigest() in text
    assert acts_in(pdf) == ["/EmbeddedFile"]


@needs_pdftotext
def test_paper_of_nothing_is_made_too(tmp_path: Path) -> None:
    text = text_of(pdf_of(period_document(report(), BERLIN, b"{}")), tmp_path)
    assert "Nodeploymentendedinthisperiod." in text
