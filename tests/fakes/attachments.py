"""Attached files in memory."""

from hashlib import sha256
from pathlib import Path

from orchestrator.domain.evidence.attachment import LARGEST, Attachment
from orchestrator.engine.attachment_ports import Attachments
from orchestrator.errors import NotFound, UsageFault


class FakeAttachments(Attachments):
    """Files by digest."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def keep(self, file: Path) -> Attachment:
        if not file.is_file() or file.stat().st_size > LARGEST:
            raise UsageFault(f"{file} cannot be attached.")
        content = file.read_bytes()
        digest = sha256(content).hexdigest()
        self.kept[digest] = content
        return Attachment(name=file.name, sha256=digest, size=len(content))

    def read(self, digest: str) -> bytes:
        if digest not in self.kept:
            raise NotFound(f"There is no attached file {digest}.")
        return self.kept[digest]
