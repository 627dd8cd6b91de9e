"""A release unit's signature by a trusted key: a statement about its digest, so that gigabytes are never held in memory."""

from typing import Annotated, Literal

from orchestrator.domain.authority.signing import Signature
from orchestrator.domain.text.canonical import canonical
from orchestrator.domain.text.model_base import Noun, Sha256
from orchestrator.domain.text.validation_error import exactly

PREFIX = b"orch release unit 1\n"
"""What comes before the statement in the signed bytes: it never passes for an approval, a word or a certificate."""
ENDING = ".orchsig"
"""The end of the name of a file with such a signature."""


class UnitStatement(Noun):
    """The statement that is signed: whoever holds the key vouches for the file with this digest."""

    sha256: Sha256


class SignedUnit(Noun):
    """A statement about a release unit with its signature, as `orch library sign` writes it."""

    orch: Annotated[Literal[1], exactly(only=1)] = 1
    unit: UnitStatement
    signature: Signature


def payload(unit: UnitStatement) -> bytes:
    """The bytes that are signed."""
    return PREFIX + canonical(unit)
