"""The port of attached files."""

from abc import ABC, abstractmethod
from pathlib import Path

from orchestrator.domain.evidence.attachment import Attachment


class Attachments(ABC):
    """Files that people attach to their words as evidence, by the digest of their content."""

    @abstractmethod
    def keep(self, file: Path) -> Attachment:
        """Keep a file, durable on return. Raises UsageFault for one that is too large or no regular file, StoreFault."""

    @abstractmethod
    def read(self, digest: str) -> bytes:
        """The content with this digest. Raises NotFound, or StoreFault when it does not match the digest."""
