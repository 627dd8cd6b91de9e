"""A capability assessment as CSV, page and PDF: whole, alike, and inert whatever people wrote."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from orchestrator.adapters.report.capability_csv import csv_assessment
from orchestrator.adapters.report.capability_document import assessment_document
from orchestrator.adapters.report.capability_page import html_assessment
from orchestrator.adapters.report.pdf import pdf_of
from orchestrator.domain.evidence.capability import CapabilityAssessment
from orchestrator.policy.measures.capability.gaps import gaps_of
from tests.adapters.report.outline import Outline
from tests.worlds.capability import CRITERIA, answer, answers_given, assessed, cases_of
from tests.worlds.hostile import HOSTILE_TEXTS, HostileText
from tests.worlds.printed_pages import acts_in, needs_pdftotext, text_of

UTC = ZoneInfo("UTC")
UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2060-\u2069\u200b-\u200f\ufeff]")
FORMULA = tuple("=+-@|%\uff1d\uff0b\uff0d\uff20")
each_text = pytest.mark.parametrize("hostile", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)


def usual() -> CapabilityAssessment:
    """Level 2; of level 3 something is met, something partly, something not, and something not known."""
    answers = answers_given({"people-competent": "partly", "approaches-controlled": "yes"})
    return assessed(cases_of([{"times": 6}, {"times": 4, "documents_in_order": False}]), answers)


def spoiled(text: str) -> CapabilityAssessment:
    """An assessment that nobody could have put on record by orch: the text is as long as it likes."""
    given = answer("no").model_copy(update={"note": text, "by": text})
    made = assessed([], {"people-competent": given})
    return made.model_copy(update={"service": text, "environment": text})


def page(made: CapabilityAssessment) -> str:
    return html_assessment(made, CRITERIA, UTC)


def rows(made: CapabilityAssessment) -> list[dict[str, Any]]:
    return list(csv.DictReader(io.StringIO(csv_assessment(made, CRITERIA), newline="")))


def test_the_page_has_a_cell_for_each_criterion_and_every_gap() -> None:
    made = usual()
    outline = Outline(page(made))
    assert not outline.unbalanced
    cells = [attributes["class"] for tag, attributes in outline.elements if tag == "rect"]
    assert cells == [f"c-{each.state}" for each in sorted(made.results, key=lambda each: each.level)]
    for gap in gaps_of(made, CRITERIA):
        assert re.sub(r"\s+", " ", gap.next_move) in outline.text
    assert "level 2 of 5 (achieves its purpose systematically)" in outline.text
    assert CRITERIA.reading.split(". ")[0] in outline.text


def test_the_table_has_what_each_criterion_rests_on() -> None:
    made = usual()
    table = rows(made)
    expected = [
        (result.criterion, code)
        for result in made.results
        for code in [*(seen.code for seen in result.evidence), *(["answer"] if result.question else [])]
    ]
    assert [(row["criterion"], row["rests_on"]) for row in table] == expected
    (answered,) = [row for row in table if row["criterion"] == "people-competent"]
    assert (answered["answer"], answered["state"], answered["signed"]) == ("partly", "partly", "no")
    share = next(row for row in table if row["rests_on"] == "documents_in_order")
    assert (share["part"], share["of"], share["evidence_state"]) == ("6", "10", "partly")


@needs_pdftotext
def test_the_print_says_the_same(tmp_path: Path) -> None:
    made = usual()
    text = "".join(text_of(pdf_of(assessment_document(made, CRITERIA)), tmp_path).split())
    for result in made.results:
        assert result.criterion in text
    for gap in gaps_of(made, CRITERIA):
        assert "".join(gap.next_move.split()) in text


@each_text
def test_on_the_page_text_does_nothing(hostile: HostileText) -> None:
    made = page(spoiled(hostile.text))
    outline = Outline(made)
    assert hostile.shows in outline.text
    assert not UNFIT.search(made)
    assert {tag for tag, _ in outline.elements} == {tag for tag, _ in Outline(page(spoiled("x"))).elements}
    assert not [key for _, attributes in outline.elements for key in attributes if key.startswith("on")]


@each_text
def test_in_a_spreadsheet_text_does_nothing(hostile: HostileText) -> None:
    table = csv_assessment(spoiled(hostile.text), CRITERIA)
    read = list(csv.reader(io.StringIO(table, newline="")))
    assert len(table.splitlines()) == len(read), "a row is a line"
    assert {len(row) for row in read} == {len(read[0])}
    cells = [cell for row in read for cell in row]
    assert any(hostile.shows in cell for cell in cells)
    assert not UNFIT.search(table)
    assert not [cell for cell in cells if cell.lstrip().startswith(FORMULA)]


@pytest.mark.parametrize("name", ["code of typst", "a script", "a formula", "reversed text"])
def test_in_print_text_does_nothing(name: str) -> None:
    assert acts_in(pdf_of(assessment_document(spoiled(HOSTILE_TEXTS[name].text), CRITERIA))) == acts_in(
        pdf_of(assessment_document(spoiled("x"), CRITERIA))
    )
