"""Approvals of models and policies: a person's signed statement about exactly one file, written beside it."""

from typing import Annotated, Literal

from pydantic import Field

from orchestrator.domain.authority.signing import KeyId, ShownName, ShownText, Signature, SignatureAnswer
from orchestrator.domain.rules.document_control import DocumentFile, DocumentKind
from orchestrator.domain.text.canonical import canonical
from orchestrator.domain.text.model_base import Moment, Name, Noun, Sha256
from orchestrator.domain.text.validation_error import exactly

PREFIX = b"orch document approval 1\n"
"""What comes before the statement in the signed bytes: it never passes for an approval of a deployment, or for a word."""
ENDING = ".approval"
"""The end of the name of the file with the approval, after the whole name of the file that it is about."""


class DocumentStatement(Noun):
    """The statement that is signed: this person, in this role, approves the file with this digest and version."""

    what: DocumentKind
    name: Name
    version: Annotated[int, Field(ge=1)]
    sha256: Sha256
    person: ShownName
    role: ShownName
    key: KeyId
    reason: ShownText
    made_at: Moment


class SignedDocument(Noun):
    """A statement about a model or policy with its signature, as `orch model approve` writes it."""

    orch: Annotated[Literal[1], exactly(only=1)] = 1
    document: DocumentStatement
    signature: Signature


class PresentedDocument(Noun):
    """A model or policy with the approval beside it, if there is one, and whether a verifier found its signature good."""

    file: DocumentFile
    approval: SignedDocument | None = None
    answer: SignatureAnswer | None = None


def payload(document: DocumentStatement) -> bytes:
    """The bytes that are signed."""
    return PREFIX + canonical(document)
