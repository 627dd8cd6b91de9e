"""How long the record of a deployment is kept."""

from typing import Literal

from orchestrator.domain.authority.word import Spoken
from orchestrator.domain.text.model_base import Moment, Noun, Text


class RecordArchived(Noun):
    """A person archives the record; it is kept until `until` at least, the time that its policy gives."""

    kind: Literal["record_archived"] = "record_archived"
    until: Moment
    by: Text
    reason: Text
    spoken: Spoken | None = None


class LegalHoldPlaced(Noun):
    """The record is kept whatever the policy says, until a person lifts the hold."""

    kind: Literal["legal_hold_placed"] = "legal_hold_placed"
    by: Text
    reason: Text
    spoken: Spoken | None = None


class LegalHoldLifted(Noun):
    """A legal hold ends; the record is kept as the policy says again."""

    kind: Literal["legal_hold_lifted"] = "legal_hold_lifted"
    by: Text
    reason: Text
    spoken: Spoken | None = None
