"""What is in a PDF: its text as a reader sees it, and everything that a viewer would act on."""

import re
import shutil
import subprocess
import zlib
from pathlib import Path

import pytest

PDFTOTEXT = shutil.which("pdftotext")
needs_pdftotext = pytest.mark.skipif(
    PDFTOTEXT is None, reason="pdftotext is not installed here (Debian: poppler-utils)"
)
ACTS = (
    "/JavaScript",
    "/JS",
    "/Launch",
    "/URI",
    "/OpenAction",
    "/AA",
    "/SubmitForm",
    "/GoToR",
    "/EmbeddedFile",
    "/RichMedia",
)


def text_of(pdf: bytes, folder: Path) -> str:
    """The text of all pages, without white space: a long word may be broken anywhere."""
    file = folder / "printed.pdf"
    file.write_bytes(pdf)
    read = subprocess.run(
        [PDFTOTEXT or "pdftotext", "-raw", file, "-"], capture_output=True, check=True, text=True, timeout=60
    )
    return re.sub(r"\s+", "", read.stdout)


def inflated(pdf: bytes) -> bytes:
    """The file with each compressed stream opened."""
    opened = [pdf]
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            opened.append(zlib.decompress(stream))
        except zlib.error:
            continue
    return b"\n".join(opened)


def acts_in(pdf: bytes) -> list[str]:
    """What a viewer would do by itself or on a click."""
    objects = [
        part
        for part in inflated(pdf).split(b"\nendstream")
        if b"beginbfrange" not in part and b"/Type" in part
    ]
    return [act for act in ACTS if any(re.search(act.encode() + rb"[\s/(<\[]", part) for part in objects)]


def pages_of(pdf: bytes) -> int:
    """The number of its pages."""
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", inflated(pdf)))
