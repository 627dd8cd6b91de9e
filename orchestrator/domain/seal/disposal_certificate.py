"""A certificate of disposal: what was disposed of, by which rule, by whom and when, in one file that proves itself."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from orchestrator.domain.seal.own_keys import OwnKey
from orchestrator.domain.seal.sealed_record import Program, SealedHead, SealedLog, Subject
from orchestrator.domain.text.model_base import Many, Moment, Noun, Text

DISPOSAL: Literal["urn:orch:disposal:1"] = "urn:orch:disposal:1"


class DisposalRecord(Noun):
    """The predicate of the statement; nothing of what the record said is in it.

    `head` is of the deployment's tree, which stays in the `log` of the store as it was. `began`, `ended`: of the deployment.
    `rule`: the policy by which it was kept, for `retention` seconds; None for the usual time. `house_event`: the number of
    the event of the house that began the disposal.
    """

    origin: Text
    certificate: Text
    deployment: Text
    release: Text
    version: Text
    began: Moment
    ended: Moment
    head: SealedHead
    log: SealedLog
    keys: Many[OwnKey]
    rule: Text | None = None
    retention: float
    archived: Moment
    until: Moment
    disposed_by: Text
    reason: Text
    begun: Moment
    finished: Moment
    house_event: Annotated[int, Field(ge=1)]
    made: Moment
    programs: Many[Program] = ()


class DisposalStatement(Noun):
    """The statement, as in-toto has it; its subject is the deployment, with the root of its tree."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    type_: Annotated[Literal["https://in-toto.io/Statement/v1"], Field(alias="_type")] = (
        "https://in-toto.io/Statement/v1"
    )
    subject: Annotated[tuple[Subject, ...], Field(min_length=1, max_length=1)]
    predicate_type: Annotated[Literal["urn:orch:disposal:1"], Field(alias="predicateType")] = DISPOSAL
    predicate: DisposalRecord
