"""The record as PDF: whole, tagged, archivable, and made of texts that are never markup."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from html import unescape
from pathlib import Path

import pytest

from orchestrator.adapters.report import html_record
from orchestrator.adapters.report.document import Section, pieces, table
from orchestrator.adapters.report.host_sets import host_set_rows, host_set_words
from orchestrator.adapters.report.pdf import numbered, pdf_of
from orchestrator.adapters.report.record_document import record_document
from orchestrator.adapters.report.templating import TEMPLATES
from orchestrator.domain.fold.fold import fold
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import Recorded
from orchestrator.policy.telling.summary import plain_words
from tests.journals.corpus import NAMES, folded, recorded
from tests.journals.scripts import hostile, pilot_backed_out, thousand_hosts
from tests.worlds.hostile import HOSTILE_TEXTS, HostileText
from tests.worlds.printed_pages import acts_in, inflated, needs_pdftotext, pages_of, text_of


def printed(name: str) -> bytes:
    return pdf_of(record_document(recorded(name), recorded(name)[-1].at))


def squeezed(text: str) -> str:
    return "".join(text.split())


@needs_pdftotext
@pytest.mark.parametrize("name", NAMES)
def test_it_has_the_result_every_host_and_every_digest(name: str, tmp_path: Path) -> None:
    d, text = folded(name), text_of(printed(name), tmp_path)
    wanted = [d.id, d.plan_sha256, *d.standings, *(unit.sha256 for unit in d.plan.release.units)]
    if name != "hostile_text":
        wanted += plain_words(d)
    wanted += ["12 Approval and sign-off", "What it rests on", "Baseline and restoration"]
    assert [each for each in wanted if squeezed(each) not in text] == []


def test_it_is_tagged_and_archivable() -> None:
    opened = inflated(printed("residue"))
    assert b"<pdfaid:part>3</pdfaid:part>" in opened
    assert b"<pdfuaid:part>1</pdfuaid:part>" in opened
    assert b"/StructTreeRoot" in opened
    assert b"/TH" in opened, "headings of tables are tagged as such"


def test_the_same_record_is_the_same_file() -> None:
    assert printed("residue") == printed("residue")


@needs_pdftotext
@pytest.mark.parametrize("hostile_text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
def test_text_from_targets_is_text(hostile_text: HostileText, tmp_path: Path) -> None:
    records = hostile(hostile_text.text).records
    pdf = pdf_of(record_document(records, records[-1].at))
    text = text_of(pdf, tmp_path)
    assert squeezed(hostile_text.shows) in text or squeezed(numbered(hostile_text.shows)) in text
    assert acts_in(pdf) == []
    assert "root:x:0" not in text
    assert pages_of(pdf) < 60


def test_what_a_viewer_would_act_on_is_seen() -> None:
    assert acts_in(b"<< /Type /Annot /A << /S /URI /URI (http://192.0.2.1) >> >>") == ["/URI"]


def test_the_template_evaluates_nothing() -> None:
    template = (TEMPLATES / "document.typ").read_text()
    assert [word for word in ("eval(", "read(", "include", "plugin(", "import") if word in template] == []


def test_a_character_without_a_glyph_is_written_by_its_number() -> None:
    assert numbered("Å ß Ω ж → 日") == "Å ß Ω ж → <U+65E5>"


def test_long_words_may_end_a_line_and_lose_nothing() -> None:
    digest = "0123456789abcdef" * 4
    parts = pieces(f"sha256 {digest} of it")
    assert "".join(parts) == f"sha256 {digest} of it"
    assert max(map(len, parts)) <= 20
    assert pieces("short words stay together") == ["short words stay together"]
    assert "".join(pieces("e\u0301" * 40)) == "e\u0301" * 40
    assert not [part for part in pieces("e\u0301" * 40) if part.startswith("\u0301")]


def test_a_section_without_anything_says_so() -> None:
    assert Section("Decisions").empty
    assert Section("Decisions", table=table((("when", 1),), ())).empty
    assert not Section("Decisions", ("one",)).empty


def test_many_hosts_are_told_exactly() -> None:
    d = thousand_hosts().d
    assert host_set_words(d, d.hosts) == "all 1,000 hosts"
    assert host_set_words(d, d.hosts[1:]) == f"all 1,000 hosts without {d.hosts[0]}"
    assert host_set_words(d, d.hosts[:8]) == ", ".join(d.hosts[:8])
    assert host_set_words(d, d.hosts[:500]) == ", ".join(d.hosts[:500])
    rows = host_set_rows(d, d.hosts[:250])
    assert ", ".join(rows) == ", ".join(d.hosts[:250])
    assert len(rows) == 3
    assert host_set_rows(d, d.hosts) == ["all 1,000 hosts"]
    assert host_set_words(d, (*d.hosts[1:], "other")) == ", ".join((*d.hosts[1:], "other"))


@needs_pdftotext
def test_a_thousand_hosts_and_all_their_answers_are_there(tmp_path: Path) -> None:
    records = thousand_hosts().records
    pdf = pdf_of(record_document(records, records[-1].at))
    text = text_of(pdf, tmp_path)
    assert [host for host in fold(records).hosts if host not in text] == []
    answers = [r for record in records for r in getattr(record.event, "results", ())]
    assert len(answers) >= 5000
    assert squeezed("own finding of node0777.example") in text


def test_without_the_extra_it_says_what_to_install(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['typst'] = None\n"
        "from orchestrator.adapters.report.pdf import pdf_of\n"
        "from orchestrator.errors import MachineLacks\n"
        "try: pdf_of(None)\n"
        "except MachineLacks as lacking: print(lacking)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True, timeout=60
    )
    assert f"{sys.executable} -m pip install 'typst<0.16,>=0.15'" in ended.stdout
    assert "--html FILE" in ended.stdout


def reviewed() -> list[Recorded]:
    """A release that was backed out, with its review: an answer, satisfaction, an action, and an incident."""
    pen = pilot_backed_out()
    at = pen.records[-1].at
    pen.add(e.PostReviewOpened(by="ann", due=None))
    pen.add(e.PostReviewAnswered(question="lessons", answer="Warm the cache first.", by="ann"))
    pen.add(e.SatisfactionGiven(stakeholder="Shop staff", score=2, note="The till was slow.", by="cleo"))
    pen.add(e.ActionAgreed(what="Warm the cache", owner="Bo Lind", due=at, by="ann"))
    return list(pen.records)


def titles_on_page(records: Sequence[Recorded]) -> list[str]:
    page = html_record(records, records[-1].at)
    return [unescape(title) for title in re.findall(r"<h2[^>]*>(.*?)</h2>", page)]


@pytest.mark.parametrize("name", NAMES)
def test_paper_has_every_section_of_the_page(name: str) -> None:
    records = recorded(name)
    sections = {section.title for section in record_document(records, records[-1].at).sections}
    assert set(titles_on_page(records)) - sections <= {"Timeline"}


def test_a_large_fleet_stands_in_groups_and_host_by_host_at_the_end() -> None:
    records = thousand_hosts().records
    sections = {section.title: section for section in record_document(records, records[-1].at).sections}
    groups, each = sections["Hosts"].table, sections["Every host"].table
    assert groups is not None
    assert each is not None
    assert [row[-1] for row in groups.rows] == ["all 1,000 hosts"]
    assert len(each.rows) == 1000
    assert list(sections)[-2:] == ["Every host", "Journal"]


@needs_pdftotext
def test_paper_has_the_review_with_its_actions(tmp_path: Path) -> None:
    records = reviewed()
    document = record_document(records, records[-1].at)
    assert set(titles_on_page(records)) <= {"Timeline", *(section.title for section in document.sections)}
    text = text_of(pdf_of(document), tmp_path)
    for words in ("Warm the cache first.", "The till was slow.", "2 of 5", "Bo Lind", "OVERDUE"):
        assert squeezed(words) in text
