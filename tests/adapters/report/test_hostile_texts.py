"""Whatever a host answers is text in every form of a record: it is shown, and does nothing."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from datetime import datetime
from xml.etree import ElementTree as Xml

import pytest

from orchestrator.adapters.report import csv_checks, html_record, junit_record, text_record
from orchestrator.domain.journal.events import Recorded
from tests.adapters.report.outline import Outline
from tests.journals.scripts import hostile
from tests.worlds.hostile import HOSTILE_TEXTS, HostileText

UNFIT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u2028-\u202e\u2060-\u2069\u200b-\u200f\ufeff\ud800-\udfff\ufffe\uffff]"
)
LARGEST_CELL = 32_767
"""Characters in a cell of the usual spreadsheets."""

each_text = pytest.mark.parametrize("hostile_text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)


def journal(text: str) -> Sequence[Recorded]:
    return hostile(text).records


@each_text
def test_on_the_page(hostile_text: HostileText) -> None:
    records = journal(hostile_text.text)
    page = html_record(records, records[-1].at)
    outline, calm = Outline(page), Outline(html_record(*calm_record()))
    assert hostile_text.shows in outline.text
    assert not UNFIT.search(page)
    assert {tag for tag, _ in outline.elements} == {tag for tag, _ in calm.elements}
    assert not [key for _, attributes in outline.elements for key in attributes if key.startswith("on")]
    assert not [a for tag, a in outline.elements if tag == "a" and not (a["href"] or "").startswith("#")]
    assert len(page) < 1_000_000


@each_text
def test_in_the_text(hostile_text: HostileText) -> None:
    records = journal(hostile_text.text)
    text, calm = text_record(records, records[-1].at), text_record(*calm_record())
    assert hostile_text.shows in text
    assert not UNFIT.search(text)
    assert "\r" not in text
    assert len(text.splitlines()) == len(calm.splitlines())


@each_text
def test_in_a_spreadsheet(hostile_text: HostileText) -> None:
    table = csv_checks(journal(hostile_text.text))
    rows = list(csv.reader(io.StringIO(table, newline="")))
    assert len(table.splitlines()) == len(rows), "a row is a line"
    assert {len(row) for row in rows} == {len(rows[0])}
    assert any(hostile_text.shows in cell for row in rows for cell in row)
    assert not UNFIT.search(table)
    cells = [cell for row in rows for cell in row]
    assert not [cell for cell in cells if cell.lstrip().startswith(tuple("=+-@|%\uff1d\uff0b\uff0d\uff20"))]
    assert max(map(len, cells)) < LARGEST_CELL


@each_text
def test_in_the_results_for_a_server_of_continuous_integration(hostile_text: HostileText) -> None:
    xml = junit_record(journal(hostile_text.text))
    root, calm = Xml.fromstring(xml), Xml.fromstring(junit_record(calm_record()[0]))
    assert [each.tag for each in root.iter()] == [each.tag for each in calm.iter()]
    assert any(hostile_text.shows in each.get("message", "") for each in root.iter())
    assert not UNFIT.search(xml)
    assert "<!ENTITY" not in xml


def calm_record() -> tuple[Sequence[Recorded], datetime]:
    records = journal("status 500")
    return records, records[-1].at
