"""What a backup says of itself: it is the last thing in it, so that one that was cut off has none."""

from typing import Literal

from pydantic import Field

from orchestrator.domain.text.model_base import Noun, Sha256

MANIFEST = "orch-backup.json"


class Manifest(Noun):
    """When it was made and of which home; where the journal is; the version of its tables; the digest of each file."""

    form: Literal[1] = 1
    made: str = Field(max_length=40)
    store: Literal["file", "server"]
    tables: int = Field(ge=1, le=10_000)
    home: str = Field(max_length=4096)
    files: dict[str, Sha256]
