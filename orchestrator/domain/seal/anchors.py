"""Anchors: places outside that have seen checkpoints of the log, so that who holds orch's key cannot make it anew unseen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple

from orchestrator.domain.seal.findings import SealFinding

AnchorKind = Literal["rfc3161", "git", "file"]
"""A time-stamp authority (RFC 3161), a git repository, or a file on another disk."""
AnchorSilence = Literal["down", "late", "refused", "nonsense", "lacking", "unreadable"]
"""Why nothing was anchored; the words are in policy/telling/words/anchor_words.py."""
AnchorWorth = Literal["good", "bad", "not verified"]
"""Whether a place outside says what an anchoring claims."""


class AnchorPlace(NamedTuple):
    """An anchor: its name, and the URL, repository or file that it is."""

    name: str
    kind: AnchorKind
    place: str


class Laid(NamedTuple):
    """A checkpoint is outside since this moment. `proof`: the answer with the time stamp (DER), or the name of the commit."""

    at: datetime
    proof: bytes = b""


class Silent(NamedTuple):
    """Nothing was anchored."""

    code: AnchorSilence
    detail: str = ""


class Checked(NamedTuple):
    """What an anchoring is worth; `at` is the moment that a good time stamp says."""

    worth: AnchorWorth
    at: datetime | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Anchoring:
    """A checkpoint (a signed note) of a log of `size` heads that was anchored."""

    anchor: AnchorPlace
    size: int
    note: str
    proof: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class AnchorTry:
    """When an anchor was last tried, and why it has nothing of that; None if it has."""

    anchor: AnchorPlace
    tried: datetime
    silence: Silent | None = None


@dataclass(frozen=True, slots=True)
class AnchorState:
    """How far a log of `log_size` heads is anchored, by the store's own word.

    `newest`: the largest anchoring of each anchor, by name. `number`: the place of a deployment's newest head in the log;
    None where it has none, or none was asked for.
    """

    log_size: int = 0
    tries: Sequence[AnchorTry] = ()
    newest: Mapping[str, Anchoring] = field(default_factory=dict)
    number: int | None = None

    def owed(self, name: str) -> int:
        """How many heads at the end of the log this anchor has not seen."""
        newest = self.newest.get(name)
        return max(0, self.log_size - newest.size) if newest is not None else self.log_size


Compared = Literal["outside", "stamp", "own word", "nothing"]
"""What a look at an anchor rests on: the place itself, a verified time stamp, the store's own word, or nothing at all."""


@dataclass(frozen=True, slots=True)
class AnchorLook:
    """What was found of one anchor: the newest checkpoint of it that the log goes on from, and how many heads are owed.

    `silence` says why the place itself, or the last anchoring, gave no answer.
    """

    anchor: AnchorPlace
    compared: Compared
    size: int = 0
    at: datetime | None = None
    owed: int = 0
    silence: Silent | None = None
    findings: tuple[SealFinding, ...] = ()
