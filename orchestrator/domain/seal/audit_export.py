"""The manifest of an export for an auditor: the deployments of a period, the sample, the digest of each file (in-toto)."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from orchestrator.domain.seal.own_keys import OwnKey
from orchestrator.domain.seal.sealed_record import Count, Digests, Program
from orchestrator.domain.text.model_base import Many, Moment, Noun, Sha256, Text

MANIFEST = "manifest.json"
LOG = "log.txt"
RECORDS = "records/"
SUFFIX = ".orch-record.json"

FileName = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._@+~-]*(/[A-Za-z0-9][A-Za-z0-9._@+~-]*)?$", max_length=300)
]
"""A name in the export, in one folder at most."""


def record_name(deployment: str) -> str:
    """The file of a deployment's sealed record."""
    return f"{RECORDS}{deployment}{SUFFIX}"


class ExportedDeployment(Noun):
    """A deployment on record in the period. `size` and `root` are of its newest head in the log."""

    deployment: Text
    release: str
    version: str
    service: str
    environment: str
    state: Text
    rehearsal: bool
    began: Moment
    ended: Moment | None = None
    size: Count
    root: Sha256


class OtherDeployment(Noun):
    """A deployment that the log has and the period has not, as the store says; `why` it is none of the period."""

    deployment: Text
    why: Literal["outside of the period", "not asked for", "not readable", "of the house"]


class ExportDraw(Noun):
    """How the sample came about: `drawn` by the seed, or `picked` by name."""

    way: Literal["drawn", "picked"]
    seed: str = Field(default="", max_length=400)
    size: Count = 0


class ExportPeriod(Noun):
    """The period, and which deployments were asked for; None is any."""

    begins: Moment
    ends: Moment
    service: str | None = None
    model: str | None = None
    environment: str | None = None


class AuditExport(Noun):
    """The predicate. `checkpoint` is the signed note over the heads in the file of the log; `sample` is in the order drawn."""

    origin: Text
    made: Moment
    programs: Many[Program] = ()
    period: ExportPeriod
    population: Many[ExportedDeployment]
    others: Many[OtherDeployment] = ()
    draw: ExportDraw
    sample: Many[Text]
    maps: Many[Text]
    checkpoint: str
    keys: Many[OwnKey]


class ExportedFile(Noun):
    """A file of the export, and its digest."""

    name: FileName
    digest: Digests


class ExportStatement(Noun):
    """The statement, as in-toto has it; its subjects are all files but the manifest."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    type_: Annotated[Literal["https://in-toto.io/Statement/v1"], Field(alias="_type")] = (
        "https://in-toto.io/Statement/v1"
    )
    subject: Annotated[Many[ExportedFile], Field(min_length=1)]
    predicate_type: Annotated[Literal["urn:orch:audit-export:1"], Field(alias="predicateType")] = (
        "urn:orch:audit-export:1"
    )
    predicate: AuditExport
