"""A configuration item as the CMDB knows it now: its attributes (ISO/IEC 20000-1 9.1), each with its source."""

from typing import Literal, get_args

from orchestrator.domain.cmdb.facts import ChangeMade, CiId, CiKind, CiOutcome, RelationType
from orchestrator.domain.cmdb.words import CiAttribute, CiSource
from orchestrator.domain.text.model_base import Many, Moment, Name, Noun

CiStatus = Literal[
    "verified", "restored", "differs", "not known", "removed", "replaced", "planned", "in use", "retired", "recorded"
]  # fmt: skip
"""The first six are proved. `restored`: as it was before a backout. `replaced`: another machine has its name now.

The others are what people say, and `recorded` says that they say nothing of it.
"""

CI_STATUSES: tuple[CiStatus, ...] = get_args(CiStatus)


class KnownValue(Noun):
    """A value, and where it is known from."""

    value: str
    source: CiSource


class CiConflict(Noun):
    """What people say of an attribute is not what a deployment proved; the proof counts."""

    attribute: CiAttribute
    proved: KnownValue
    recorded: KnownValue


class CiRelation(Noun):
    """A relation to another item. `known`: that item is in the CMDB; else `to` is what was named, of this kind."""

    type: RelationType
    kind: CiKind
    to: str
    name: str
    known: bool
    source: CiSource


class CiChange(Noun):
    """One change of an item: the end of a deployment, and what that says of it."""

    deployment: Name
    seq: int
    at: Moment
    outcome: CiOutcome
    reason: str
    change: ChangeMade


class Ci(Noun):
    """One configuration item. `proved_at`: when a deployment last said anything of it. `changes`: newest first.

    `recorded`: all that people and other tools said last, whether it counts or not.
    """

    id: CiId
    kind: CiKind
    name: str
    names: Many[str] = ()
    environment: str = ""
    status: CiStatus
    reason: str = ""
    proved_at: Moment | None = None
    proof: str = ""
    sha256: str = ""
    attributes: dict[CiAttribute, KnownValue] = {}
    recorded: dict[CiAttribute, KnownValue] = {}
    conflicts: Many[CiConflict] = ()
    relations: Many[CiRelation] = ()
    changes: Many[CiChange] = ()

    def value(self, attribute: CiAttribute) -> str:
        """The value of an attribute; empty where none is known."""
        known = self.attributes.get(attribute)
        return known.value if known is not None else ""
