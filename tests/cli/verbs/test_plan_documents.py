"""A plan as a document for sign-off, from a real project: everything that the people who sign it must read."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest

from orchestrator.cli.main import run
from orchestrator.errors import ExitCode
from tests.adapters.report.outline import Outline
from tests.worlds.printed_pages import inflated, needs_pdftotext, text_of
from tests.worlds.project import change, make

WANTED = (
    "Point of no return", "Backout", "Sign-off", "Waves", "Hosts", "Checks", "Rules", "Still open", "What it changes",
    "1 Purpose and scope", "2 Release description", "3 Objectives", "4 Deployment strategy",
    "5 Roles and responsibilities", "6 Resource requirements", "7 Schedule and milestones",
    "8 Risk assessment and mitigation", "9 Communication plan", "10 Testing and validation", "11 Backout plan",
    "12 Approval and sign-off", "rollback/shop.yml", "web1", "web4", "Li Wei",
)  # fmt: skip


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return make(tmp_path).relative_to(tmp_path)


def test_the_page_has_all_that_is_signed(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plan", "show", str(plan), "--html", "plan.html"]) == ExitCode.COMPLETED
    assert capsys.readouterr().out == "The plan is in plan.html\n"
    page = Path("plan.html").read_text()
    outline = Outline(page)
    assert (outline.unbalanced, outline.open) == ([], [])
    assert [words for words in WANTED if words not in outline.text] == []
    digests = re.findall(r"[0-9a-f]{64}", outline.text)
    assert len(set(digests)) >= 2, "the digest of the plan, and that of the effective plan"
    assert stat.S_IMODE(Path("plan.html").stat().st_mode) == 0o600
    links = {(a["href"] or "")[1:] for tag, a in outline.elements if tag == "a"}
    assert links <= {a["id"] for _, a in outline.elements if "id" in a}


@needs_pdftotext
def test_the_pdf_says_the_same(plan: Path, tmp_path: Path) -> None:
    assert run(["plan", "show", str(plan), "--html", "plan.html", "--pdf", "plan.pdf"]) == ExitCode.COMPLETED
    pdf = Path("plan.pdf").read_bytes()
    assert b"<pdfaid:part>3</pdfaid:part>" in inflated(pdf)
    printed = text_of(pdf, tmp_path)
    assert [words for words in WANTED if "".join(words.split()) not in printed] == []
    digests = set(re.findall(r"[0-9a-f]{64}", Path("plan.html").read_text()))
    assert {digest for digest in digests if digest in printed} == digests


def test_markup_in_a_plan_is_text(plan: Path) -> None:
    change(plan, "99% of requests", "<script>alert(1)</script> 99% of requests")
    assert run(["plan", "show", str(plan), "--html", "plan.html", "--pdf", "plan.pdf"]) == ExitCode.COMPLETED
    page = Path("plan.html").read_text()
    assert "<script>" not in page
    assert "<script>alert(1)</script> 99% of requests" in Outline(page).text


def test_a_plan_with_faults_is_no_document(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(plan, "25%", "rack_c")
    assert run(["plan", "show", str(plan), "--html", "plan.html"]) == ExitCode.PLAN_FAULT
    assert not Path("plan.html").exists()


def test_one_object_for_programs_is_asked_for_alone(plan: Path) -> None:
    assert run(["plan", "show", str(plan), "--html", "plan.html", "--json"]) == ExitCode.USAGE
