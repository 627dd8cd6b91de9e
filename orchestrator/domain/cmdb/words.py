"""What people and other tools say of configuration items: words on the journal of the house."""

from typing import Annotated, Literal, get_args

from pydantic import Field

from orchestrator.domain.cmdb.facts import CiKind, RelationType
from orchestrator.domain.text.model_base import Many, Moment, Name, Noun
from orchestrator.domain.text.names import ReadableText

CiAttribute = Literal["status", "version", "description", "location", "owner", "address"]
CI_ATTRIBUTES: tuple[CiAttribute, ...] = get_args(CiAttribute)
RecordedStatus = Literal["planned", "in use", "retired"]
RECORDED_STATUSES: tuple[RecordedStatus, ...] = get_args(RecordedStatus)
CiName = Annotated[ReadableText, Field(max_length=300)]
CiIdText = Annotated[str, Field(pattern=r"^(host|service|unit|item):[^\s;\x00-\x1f]{1,290}$")]
CiText = Annotated[str, Field(max_length=2000)]
SourceKind = Literal["deployment", "import", "person", "outside"]


class CiReference(Noun):
    """An item by its id, else by its kind and name; without `environment` that of any environment."""

    kind: CiKind
    name: CiName
    environment: Name | None = None
    id: CiIdText | None = None


class StatedRelation(Noun):
    """A relation that a person states, or ends."""

    type: RelationType
    to: CiReference
    ended: bool = False


class CiWord(Noun):
    """What is said of one item: attributes (empty: nothing any more) and relations. What it leaves out stays as it is."""

    ci: CiReference
    attributes: dict[CiAttribute, CiText] = {}
    relations: Many[StatedRelation] = ()


class CiSource(Noun):
    """Where something is known from: the deployment and its event, or who said it and the place it was read from."""

    kind: SourceKind
    at: Moment
    by: str = ""
    place: str = ""
    deployment: str | None = None
    seq: int | None = None


class SpokenOfCi(Noun):
    """A word with its source."""

    word: CiWord
    source: CiSource
