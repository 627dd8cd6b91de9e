"""One table over every form that orch writes and every text that misleads: the text is shown, and does nothing."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple
from xml.etree import ElementTree as Xml
from zoneinfo import ZoneInfo

import pytest

from orchestrator.adapters.report import csv_checks, html_record, junit_record, text_record
from orchestrator.adapters.report.document_page import html_of
from orchestrator.adapters.report.pdf import pdf_of
from orchestrator.adapters.report.period_csv import csv_report
from orchestrator.adapters.report.period_document import period_document
from orchestrator.adapters.report.period_page import html_report
from orchestrator.adapters.report.record_document import record_document
from orchestrator.adapters.report.release_csv import csv_release
from orchestrator.adapters.report.release_document import release_document
from orchestrator.cli.verbs.viewing.release import release_json
from orchestrator.cli.views.json_lines import JsonLines
from orchestrator.cli.views.release_text import release_lines
from orchestrator.cli.views.report_text import report_lines
from orchestrator.domain.fold.fold import fold
from orchestrator.domain.journal.events import Recorded
from orchestrator.engine.lookup.period_facts import period_facts
from orchestrator.policy.authority.releases.release_story import ReleaseStory
from orchestrator.policy.authority.releases.release_story_of import ReleaseFacts, release_story
from orchestrator.policy.measures.period.period_report import PeriodReport
from orchestrator.policy.measures.period.report_json import report_json_text
from orchestrator.policy.measures.period.report_of import report_of
from orchestrator.policy.measures.period.span import Period
from tests.adapters.report.outline import Outline
from tests.journals.scripts import hostile
from tests.worlds.hostile import HOSTILE_TEXTS
from tests.worlds.periods import journal_of, moment, set_to
from tests.worlds.printed_pages import acts_in, pages_of

UNFIT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u2028-\u202e\u2060-\u2069\u200b-\u200f\ufeff\ud800-\udfff\ufffe\uffff]"
)
FORMULAS = tuple("=+-@|%\uff1d\uff0b\uff0d\uff20")
ZONE = ZoneInfo("UTC")
CALM = "status 500"
DONE = "11-01T08:00 planned; 11-01T09:00 begun; 11-01T10:00 completed"


class Told(NamedTuple):
    """What is told with a text of a host, a file or a person in it."""

    records: Sequence[Recorded]
    story: ReleaseStory
    report: PeriodReport


def told_with(text: str) -> Told:
    records = hostile(text).records
    d = fold(records)
    unread = {"d9": text}
    facts = ReleaseFacts("shop", "2.4.0", [(d, records)], other_versions=[text], unreadable=unread)
    return Told(records, release_story(facts, records[-1].at), _report(text))


def _report(text: str) -> PeriodReport:
    """A report whose names are this text, past any check of names: journals of earlier versions hold any."""
    journal, clock = journal_of(
        {"d1": {"happened": DONE}}, {"service": "shop", "environment": "live", "model": "rolling"}
    )
    set_to(clock, moment("11-20T00:00"))
    period = Period(begins=moment("11-01T00:00"), ends=moment("11-15T00:00"))
    facts = period_facts(journal, period, clock.now()).deployments
    renamed = [
        each.model_copy(
            update={"model": text, "environment": text, "service": text, "release": text, "version": text}
        )
        for each in facts
    ]
    return report_of(renamed, period, clock.now(), unreadable=(text,))


class Form(NamedTuple):
    kind: str
    made: Callable[[Told], str | bytes]


def _lines(told_here: Told) -> str:
    written: list[str] = []
    lines = JsonLines(written.append)
    for record in told_here.records:
        lines(record)
    lines.ended(fold(told_here.records))
    return "\n".join(written)


FORMS: dict[str, Form] = {
    "record as page": Form("html", lambda t: html_record(t.records, t.records[-1].at)),
    "record as text": Form("text", lambda t: text_record(t.records, t.records[-1].at)),
    "record as csv": Form("csv", lambda t: csv_checks(t.records)),
    "record as junit": Form("xml", lambda t: junit_record(t.records)),
    "record as json": Form("json", _lines),
    "record as pdf": Form("pdf", lambda t: pdf_of(record_document(t.records, t.records[-1].at))),
    "release as page": Form("html", lambda t: html_of(release_document(t.story, b"{}"))),
    "release as text": Form("text", lambda t: "\n".join(release_lines(t.story))),
    "release as csv": Form("csv", lambda t: csv_release(t.story)),
    "release as json": Form("json", lambda t: release_json(t.story)),
    "release as pdf": Form("pdf", lambda t: pdf_of(release_document(t.story, b"{}"))),
    "report as page": Form("html", lambda t: html_report(t.report, ZONE)),
    "report as text": Form("text", lambda t: "\n".join(report_lines(t.report, ZONE))),
    "report as csv": Form("csv", lambda t: csv_report(t.report)),
    "report as json": Form("json", lambda t: report_json_text(t.report)),
    "report as pdf": Form("pdf", lambda t: pdf_of(period_document(t.report, ZONE, b"{}"))),
}


def check_html(page: str, calm: str) -> None:
    outline, other = Outline(page), Outline(calm)
    assert not UNFIT.search(page)
    assert {tag for tag, _ in outline.elements} <= {tag for tag, _ in other.elements}
    assert not [key for _, attributes in outline.elements for key in attributes if key.startswith("on")]
    assert not [a for tag, a in outline.elements if tag == "a" and not (a["href"] or "").startswith("#")]


def check_text(text: str, calm: str) -> None:
    assert not UNFIT.search(text)
    assert "\r" not in text
    assert len(text.splitlines()) == len(text.split("\n")) - text.endswith("\n")
    assert calm


def check_csv(table: str, calm: str) -> None:
    rows = list(csv.reader(io.StringIO(table, newline="")))
    assert {len(row) for row in rows} == {len(rows[0])}
    assert not UNFIT.search(table)
    cells = [cell for row in rows for cell in row if not re.fullmatch(r"-?[\d.]+", cell)]
    assert not [cell for cell in cells if cell.lstrip().startswith(FORMULAS)]
    assert len(rows) == len(list(csv.reader(io.StringIO(calm, newline=""))))


def check_xml(text: str, calm: str) -> None:
    assert [each.tag for each in Xml.fromstring(text).iter()] == [
        each.tag for each in Xml.fromstring(calm).iter()
    ]
    assert not UNFIT.search(text)


def check_json(text: str, calm: str) -> None:
    """A terminal may see it: no character of it does anything there."""
    assert [sorted(json.loads(line)) for line in text.splitlines()] == [
        sorted(json.loads(line)) for line in calm.splitlines()
    ]
    assert text.isascii()
    assert not UNFIT.search(text.replace("\x7f", ""))


CHECKS: dict[str, Callable[[str, str], None]] = {
    "html": check_html,
    "text": check_text,
    "csv": check_csv,
    "xml": check_xml,
    "json": check_json,
}
PAPER_AT_ONCE = ("code of typst", "half a pair", "letters of many scripts")
"""Texts that are laid out on paper in every run of the tests; the others in the long one."""


@pytest.fixture(scope="module")
def calm() -> Told:
    return told_with(CALM)


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_a_text_is_inert_in_every_form_but_paper(text: str, calm: Told) -> None:
    told_here = told_with(HOSTILE_TEXTS[text].text)
    for name, form in FORMS.items():
        if form.kind == "pdf":
            continue
        made, other = form.made(told_here), form.made(calm)
        assert isinstance(made, str), name
        assert isinstance(other, str), name
        CHECKS[form.kind](made, other)
        assert len(made) < (8_000_000 if form.kind == "json" else 1_000_000), name


def on_paper(text: str) -> None:
    told_here = told_with(HOSTILE_TEXTS[text].text)
    for name, form in FORMS.items():
        if form.kind == "pdf":
            made = form.made(told_here)
            assert isinstance(made, bytes), name
            assert set(acts_in(made)) <= {"/EmbeddedFile"}, name
            assert pages_of(made) < 60, name


@pytest.mark.parametrize("text", PAPER_AT_ONCE)
def test_a_text_is_inert_on_paper(text: str) -> None:
    on_paper(text)


@pytest.mark.slow
@pytest.mark.parametrize("text", [text for text in HOSTILE_TEXTS if text not in PAPER_AT_ONCE])
def test_every_other_text_is_inert_on_paper(text: str) -> None:
    on_paper(text)
