"""orch's own keys: which sign checkpoints, since when, who introduced them, and which are revoked."""

from typing import Annotated

from pydantic import AfterValidator, Field

from orchestrator.domain.seal.signed_note import NoteKey
from orchestrator.domain.text.canonical import canonical
from orchestrator.domain.text.model_base import Many, Moment, Noun, Text
from orchestrator.domain.text.validation_error import wrong

PREFIX = b"orch seal key 1\n"


def _key(text: str) -> str:
    try:
        NoteKey.read(text)
    except ValueError as fault:
        raise wrong("a key of a signed note", f"restore the file from a copy: {fault}") from None
    return text


KeyText = Annotated[str, Field(max_length=400), AfterValidator(_key)]
"""A public key as Go's sumdb/note writes it: name+hash+base64."""


class KeyIntroduction(Noun):
    """What a key says of the one that follows it."""

    key: KeyText
    since: Moment


class Revocation(Noun):
    """Since when a key counts no more, and why."""

    at: Moment
    reason: Text


class OwnKey(Noun):
    """A key of orch. The first one was introduced by nobody; each later one by a key before it, whose signature is in hex.

    `after_loss`: the private half of the one before was gone, so that nothing could introduce this one.
    """

    key: KeyText
    since: Moment
    introduced_by: KeyText | None = None
    signature: str | None = Field(default=None, pattern=r"^[0-9a-f]{128}$")
    revoked: Revocation | None = None
    after_loss: bool = False


class SeenKey(Noun):
    """The key of another home that uses the same store, and when it was first seen there."""

    key: KeyText
    seen: Moment


class OwnKeys(Noun):
    """All keys of one home, the oldest first, and those of other homes that it has seen."""

    keys: Many[OwnKey]
    others: Many[SeenKey] = ()


def introduction(key: str, since: Moment) -> bytes:
    """The bytes that the key before signs."""
    return PREFIX + canonical(KeyIntroduction(key=key, since=since))
