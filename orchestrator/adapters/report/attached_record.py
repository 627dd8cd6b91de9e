"""The sealed record inside a PDF: put there as the source of its pages, and taken out again to be verified."""

import re
import zlib
from hashlib import sha256

from orchestrator.adapters.report.document import Attached
from orchestrator.domain.seal.sealed_record import ENVELOPE_TYPE
from orchestrator.domain.text.format import counted
from orchestrator.errors import UsageFault

BEGINS_PDF = b"%PDF-"
REVISION = b"startxref"
"""Ends each revision of a PDF; orch writes one."""
TAKE_OUT = "Take the attachment out with a program for PDF (pdfdetach -saveall FILE), and verify that file."
_SUBTYPE = re.compile(rb"/Subtype\s*/" + re.escape(ENVELOPE_TYPE.encode().replace(b"/", b"#2F")) + rb"[\s/>]")
_LENGTH = re.compile(rb"/Length\s+(\d{1,10})(?!\s+\d+\s+R)")
_STREAM = re.compile(rb"\bstream\r?\n")
_FAR = 2000
"""Bytes within which the dictionary of a stream lies on either side of its type."""


def attached_of(deployment: str, content: bytes) -> Attached:
    """A deployment's sealed record as the attachment of its PDF."""
    return Attached(
        f"{safe_name(deployment)}.orch-record.json",
        content,
        ENVELOPE_TYPE,
        f"The sealed record of {deployment}",
    )


def safe_name(name: str) -> str:
    """The name as a part of a file's name."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", name)[:120]


def footing(attached: Attached) -> str:
    """The line at the foot of each page."""
    return f"attached: {attached.name}, sha256 {sha256(attached.content).hexdigest()}"


def attached_words(attached: Attached) -> tuple[str, ...]:
    """What the pages say of it."""
    return (
        f"attached to this file: {attached.name}, {counted(len(attached.content), 'byte')}",
        f"sha256 {sha256(attached.content).hexdigest()}",
        "It proves itself. The pages are made from the same journal, and are not sealed.",
    )


def record_in(pdf: bytes, most: int) -> bytes:
    """The sealed record in a PDF that orch made. Raises UsageFault where there is not exactly one, or it is larger than `most`.

    A PDF that another program has written anew may have it in another form: then its tool takes the attachment out.
    """
    if pdf.count(REVISION) > 1:
        raise UsageFault(
            "This PDF was changed after it was made: it has several revisions, and another one may show another attachment. "
            f"{TAKE_OUT}"
        )
    contents = {
        content
        for match in _SUBTYPE.finditer(pdf)
        if (content := _stream(pdf, match.start(), most)) is not None
    }
    if len(contents) != 1:
        many = "no sealed record is" if not contents else f"{len(contents)} sealed records are"
        raise UsageFault(f"This is a PDF, and {many} attached to it in the form that orch writes. {TAKE_OUT}")
    return contents.pop()


def _stream(pdf: bytes, near: int, most: int) -> bytes | None:
    """The content of the stream whose dictionary has this position; None where it is none."""
    begin = pdf.rfind(b" obj", max(0, near - _FAR), near)
    stream = _STREAM.search(pdf, near, near + _FAR)
    if begin < 0 or stream is None:
        return None
    entries = pdf[begin : stream.start()]
    length = _LENGTH.search(entries)
    if b"/EmbeddedFile" not in entries or length is None:
        return None
    content = pdf[stream.end() : stream.end() + int(length[1])]
    if b"/Filter" not in entries:
        return content
    return _inflated(content, most) if re.search(rb"/Filter\s*/FlateDecode", entries) else None


def _inflated(content: bytes, most: int) -> bytes | None:
    try:
        opened = zlib.decompressobj().decompress(content, most + 1)
    except zlib.error:
        return None
    if len(opened) > most:
        raise UsageFault(
            f"What is attached to this PDF is larger than {most >> 20} MiB: it is no sealed record of orch."
        )
    return opened
