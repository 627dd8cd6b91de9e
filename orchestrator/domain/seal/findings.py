"""What a look at a seal found, as codes with values; the words are in policy/telling/words/seal_words.py."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from orchestrator.domain.text.model_base import Many, Moment, Noun, Text

SealCode = Literal[
    "seal.none",
    "seal.event_changed",
    "seal.event_missing",
    "seal.event_added",
    "seal.leaf_missing",
    "seal.head_missing",
    "seal.head_changed",
    "seal.head_older",
    "seal.log_changed",
    "seal.checkpoint_unreadable",
    "seal.checkpoint_unsigned",
    "seal.key_unknown",
    "seal.key_revoked",
    "seal.key_other",
    "seal.other_store",
    "seal.store_older",
    "seal.store_forked",
    "seal.break_recorded",
    "seal.log_broke",
    "seal.signature_bad",
    "seal.anchor_bad",
    "seal.anchor_missing",
]


@dataclass(frozen=True, slots=True)
class SealFinding:
    """One thing that does not fit. `event` is the number of the event that it is about, 0 where it is about none."""

    code: SealCode
    event: int = 0
    detail: str = ""


@dataclass(frozen=True, slots=True)
class DisposalSeen:
    """That a person disposed of a record, by the journal of the house; `finished`: when that was done, if it was."""

    certificate: str
    by: str
    reason: str
    begun: datetime
    finished: datetime | None = None


@dataclass(frozen=True, slots=True)
class SealLook:
    """What was found of one deployment's seal.

    `size` and `root` are of its tree as signed; `late` is how many of its first events were sealed long after they were
    written; `log_size` is the size of the log that the checkpoint is of, and `key` the key that signed it. `elsewhere` is what
    does not fit in the log and says nothing of this deployment. `disposal`: nothing but leaves is left of it, because a person
    disposed of it.
    """

    deployment: str
    findings: tuple[SealFinding, ...] = ()
    size: int = 0
    root: bytes = b""
    late: int = 0
    breaks: int = 0
    log_size: int = 0
    key: str = ""
    elsewhere: tuple[SealFinding, ...] = ()
    disposal: DisposalSeen | None = None

    @property
    def intact(self) -> bool:
        """Whether everything fits that it rests on."""
        return not self.findings


class LastLook(Noun):
    """When everything in the store was verified last, how much that was, and which deployments did not fit."""

    at: Moment
    deployments: Annotated[int, Field(ge=0)]
    broken: Many[Text] = ()
