"""Models and policies as documents, in words."""

from collections.abc import Iterable, Iterator, Mapping

from orchestrator.domain.rules.document_on_record import DocumentOnRecord, DocumentState
from orchestrator.domain.rules.release_policy import ReleasePolicy

STATES: Mapping[DocumentState, str] = {
    "approved": "approved",
    "draft": "a draft",
    "retired": "retired",
    "expired": "no longer valid",
    "unapproved": "without an approval that counts",
    "ungoverned": "nobody is named who answers for it",
}


def overseers_of(policy: ReleasePolicy, documents: Iterable[DocumentOnRecord]) -> list[str]:
    """The roles that oversee a deployment as the first live use of a version."""
    if policy.documents is None or not any(document.first_live_use for document in documents):
        return []
    return [f"{need.role} (overseer of the first live use)" for need in policy.documents.overseers]


def document_line(document: DocumentOnRecord) -> str:
    """One document in a sentence, as a record has it."""
    first = ["first live use of this version here"] if document.first_live_use else []
    parts = [f"sha256 {document.sha256[:16]}", *standing_lines(document), *first]
    return f"{document.title}: {'; '.join(parts)}"


def standing_lines(document: DocumentOnRecord) -> Iterator[str]:
    """Its state, its author, who approved it, and how long that counts."""
    yield STATES[document.state]
    if document.author:
        yield f"written by {document.author}"
    if document.approved_at is not None:
        when = f"{document.approved_at:%Y-%m-%d %H:%M} UTC"
        yield f"approved by {document.approved_by} as {document.role}, {when}"
    if document.valid_until is not None:
        yield f"valid until {document.valid_until}"
    if document.review_due is not None:
        yield f"to be reviewed by {document.review_due}"
