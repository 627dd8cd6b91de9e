"""The PDF of a record has its sealed record inside, which orch, the program on its own and other tools take out and verify."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import sys
import zlib
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner

from orchestrator.adapters.report.attached_record import record_in
from orchestrator.adapters.report.pdf import pdf_of
from orchestrator.adapters.report.record_document import record_document
from orchestrator.cli.main import orch
from orchestrator.engine.use_cases.sealed_records import MOST_BYTES, verified
from orchestrator.errors import OrchError, UsageFault
from orchestrator.verifier import verify_record
from tests.journals.corpus import recorded
from tests.seals.record_mutations import MUTATIONS
from tests.seals.sealed_home import SealedHome, sealed_home
from tests.seals.wired import ports_of
from tests.worlds.printed_pages import inflated, needs_pdftotext, pages_of, text_of

needs_pdfdetach = pytest.mark.skipif(
    shutil.which("pdfdetach") is None, reason="pdfdetach is not installed here (Debian: poppler-utils)"
)


class Shown:
    """A home, the PDF of a record of it, and the line of its key."""

    def __init__(self, folder: Path) -> None:
        self.home = sealed_home(folder / "home")
        self.key = self.home.keys().own()[-1].key
        self.pdf = folder / "d1.pdf"
        self.run = CliRunner(env={"ORCH_HOME": str(self.home.place), "ORCH_STORE": ""})
        made = self.run.invoke(orch, ["record", "show", "d1", "--pdf", str(self.pdf)])
        assert made.exit_code == 0, made.output


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    return Shown(tmp_path_factory.mktemp("shown"))


def alone(file: Path, *options: str) -> subprocess.CompletedProcess[str]:
    program = Path(verify_record.__file__)
    words = [sys.executable, "-I", str(program), str(file), *options]
    return subprocess.run(words, capture_output=True, text=True, timeout=60, check=False, cwd=file.parent)


def test_orch_verifies_the_pdf_and_says_that_pages_prove_nothing(shown: Shown) -> None:
    ran = shown.run.invoke(orch, ["record", "verify", str(shown.pdf)])
    assert ran.exit_code == 0, ran.output
    assert re.search(r"integrity +intact\ncompleteness +whole", ran.output)
    assert "pages: what the pages of the PDF say" in ran.output


def test_the_program_on_its_own_verifies_it_too(shown: Shown) -> None:
    ran = alone(shown.pdf, "--key", shown.key)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "integrity     intact" in ran.stdout
    assert "what the pages of the PDF say" in ran.stdout


@needs_pdfdetach
def test_a_tool_of_others_takes_the_same_file_out(shown: Shown, tmp_path: Path) -> None:
    subprocess.run(["pdfdetach", "-saveall", "-o", tmp_path, shown.pdf], check=True, timeout=60)
    file = tmp_path / "d1.orch-record.json"
    assert file.read_bytes() == record_in(shown.pdf.read_bytes(), MOST_BYTES)
    assert alone(file, "--key", shown.key).returncode == 0


@needs_pdftotext
def test_every_page_has_the_digest_of_what_is_attached(shown: Shown, tmp_path: Path) -> None:
    digest = sha256(record_in(shown.pdf.read_bytes(), MOST_BYTES)).hexdigest()
    pdf = shown.pdf.read_bytes()
    assert text_of(pdf, tmp_path).count(digest) == pages_of(pdf) + 1


def test_it_is_attached_as_the_source_as_pdf_a_3_asks(shown: Shown) -> None:
    opened = inflated(shown.pdf.read_bytes()).decode("latin-1")
    assert "/AFRelationship/Source" in opened
    assert re.search(r"/AF\[\d+ 0 R\]", opened), "the document itself names what is attached"
    assert re.search(r"/EmbeddedFiles<</Names\[\(d1\.orch-record\.json\)", opened)
    assert "/Subtype/application#2Fvnd.dsse.envelope.v1+json" in opened
    assert "<pdfaid:part>3</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in opened


@pytest.mark.parametrize("name", sorted(MUTATIONS))
def test_a_damaged_attachment_is_found_by_both(
    shown: Shown, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    pdf = shown.pdf.read_bytes()
    record = record_in(pdf, MOST_BYTES)
    begin = pdf.rfind(b"\n", 0, pdf.rfind(b" obj", 0, pdf.index(b"/EmbeddedFile")))
    end = pdf.index(b"endobj", begin)
    file = tmp_path / "forged.pdf"
    for seed in range(1):
        forged = MUTATIONS[name](record, random.Random(seed))
        file.write_bytes(pdf[: begin + 1] + part(forged) + pdf[end + len(b"endobj") :])
        assert not proved(shown, file), seed
        assert verify_record.main([str(file)]) != 0, seed
    capsys.readouterr()


def proved(shown: Shown, file: Path) -> bool:
    try:
        content = record_in(file.read_bytes(), MOST_BYTES)
        return verified(ports_of(shown.home.place), content, in_pdf=True).verdict.proved
    except OrchError:
        return False


def test_a_revision_that_somebody_added_is_refused(shown: Shown, tmp_path: Path) -> None:
    """It may show other pages and another attachment, while the one that orch wrote is still in the file."""
    file = tmp_path / "revised.pdf"
    file.write_bytes(shown.pdf.read_bytes() + b"40 0 obj\n<</Type/Catalog>>\nendobj\nstartxref\n9\n%%EOF\n")
    with pytest.raises(UsageFault, match="several revisions"):
        record_in(file.read_bytes(), MOST_BYTES)
    assert "changed after it was made" in alone(file).stderr


def part(content: bytes, more: bytes = b"") -> bytes:
    head = b"<</Length %d/Type/EmbeddedFile/Subtype/application#2Fvnd.dsse.envelope.v1+json%b>>" % (
        len(content),
        more,
    )
    return b"1 0 obj\n" + head + b"\nstream\n" + content + b"\nendstream\nendobj\n"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"%PDF-1.7\n", "no sealed record is"),
        (b"%PDF-1.7\n" + part(b"{}") + part(b"[]"), "2 sealed records are"),
        (b"%PDF-1.7\n" + part(b"no zlib", b"/Filter/FlateDecode"), "no sealed record is"),
        (b"%PDF-1.7\n" + part(b"{}", b"/Filter/LZWDecode"), "no sealed record is"),
        (b"%PDF-1.7\n/Subtype/application#2Fvnd.dsse.envelope.v1+json ", "no sealed record is"),
    ],
)
def test_a_pdf_without_exactly_one_says_what_to_do(content: bytes, words: str, tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match=words) as fault:
        record_in(content, MOST_BYTES)
    assert "pdfdetach -saveall" in str(fault.value)
    file = tmp_path / "x.pdf"
    file.write_bytes(content)
    ran = alone(file)
    assert (ran.returncode, "Traceback" in ran.stderr) == (2, False)


def test_both_forms_of_a_stream_are_read_and_a_bomb_is_not() -> None:
    packed = part(zlib.compress(b'{"a": 1}'), b"/Filter/FlateDecode")
    assert record_in(b"%PDF-1.7\n" + packed, 1000) == b'{"a": 1}'
    assert record_in(b"%PDF-1.7\n" + part(b"{}") + part(b"{}"), 1000) == b"{}", "the same twice is one"
    with pytest.raises(UsageFault, match="larger than"):
        record_in(b"%PDF-1.7\n" + part(zlib.compress(b"a" * 5000), b"/Filter/FlateDecode"), 1000)


def test_where_nothing_can_be_sealed_the_pages_say_why(tmp_path: Path) -> None:
    records = recorded("residue")
    pdf = pdf_of(record_document(records, records[-1].at, sealed="NOT attached: the store is another copy"))
    assert b"/EmbeddedFile" not in pdf


def test_a_damaged_deployment_still_has_pages(tmp_path: Path) -> None:
    home = sealed_home(tmp_path / "home")
    home.by_hand("UPDATE events SET body = replace(body, 'tea 1', 'tea 9') WHERE deployment = 'd1'")
    run = CliRunner(env={"ORCH_HOME": str(home.place)})
    file = tmp_path / "d1.pdf"
    ran = run.invoke(orch, ["record", "show", "d1", "--pdf", str(file)])
    assert ran.exit_code == 0, ran.output
    assert b"/EmbeddedFile" not in file.read_bytes()
    if shutil.which("pdftotext"):
        assert "NOTattached" in text_of(file.read_bytes(), tmp_path)


def test_a_pdf_of_this_home_goes_on_in_the_store(shown: Shown) -> None:
    ports = ports_of(SealedHome(shown.home.place).place)
    seen = verified(ports, record_in(shown.pdf.read_bytes(), MOST_BYTES), in_pdf=True)
    assert (seen.verdict.proved, seen.here) == (True, "goes on")
