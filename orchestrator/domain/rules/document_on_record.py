"""What a deployment's record says of its model and policy as documents, as they were when it was planned."""

from typing import Annotated, Literal

from pydantic import Field

from orchestrator.domain.rules.document_control import DocumentKind
from orchestrator.domain.text.model_base import Day, Moment, Name, Noun, Sha256
from orchestrator.domain.text.names import as_read

DocumentState = Literal["approved", "draft", "retired", "expired", "unapproved", "ungoverned"]
"""`unapproved`: it says `approved`, and no signature that counts does. `ungoverned`: it has no section `document`."""


class DocumentOnRecord(Noun):
    """One document. `approved_by`, in `role`, signed at `approved_at`; empty where no signature counted.

    `first_live_use`: no earlier deployment that this store has used this version live.
    """

    what: DocumentKind
    name: Name
    version: Annotated[int, Field(ge=1)]
    file: str
    sha256: Sha256
    state: DocumentState
    author: str = ""
    approved_by: str = ""
    role: str = ""
    approved_at: Moment | None = None
    valid_until: Day | None = None
    review_due: Day | None = None
    first_live_use: bool = False

    @property
    def title(self) -> str:
        """Such as `model removal version 2`."""
        return f"{self.what} {self.name} version {self.version}"

    @property
    def used_as(self) -> str:
        """The title with the name as people read it, as live uses are counted."""
        return f"{self.what} {as_read(self.name)} version {self.version}"
