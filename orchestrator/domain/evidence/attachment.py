"""Files that a person attaches to a word as evidence: the journal has their digests, the store their content."""

from typing import Annotated

from pydantic import Field

from orchestrator.domain.text.model_base import Bytes, Noun, Sha256

LARGEST = 10 * 1024 * 1024
"""Bytes of one file: a screenshot, a protocol or a scan, not an image of a disk."""
FileName = Annotated[str, Field(pattern=r"^[^/\x00-\x1f\x7f]{1,200}$")]


class Attachment(Noun):
    """One attached file: its name as it was given, its digest and its size in bytes."""

    name: FileName
    sha256: Sha256
    size: Bytes
