"""A sealed record: all that is recorded of one deployment, in one file that proves itself (in-toto Statement, version 1)."""

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from orchestrator.domain.seal.anchors import AnchorKind
from orchestrator.domain.seal.own_keys import OwnKey
from orchestrator.domain.text.model_base import Many, Moment, Noun, Sha256, Text

PAYLOAD_TYPE = "application/vnd.in-toto+json"
"""The type of an in-toto Statement in a DSSE envelope."""
ENVELOPE_TYPE = "application/vnd.dsse.envelope.v1+json"
"""The type of the file: the envelope itself, as JSON."""
SUBJECT = "deployment "

Hex = Annotated[str, Field(pattern=r"^([0-9a-f]{2})*$", max_length=1024)]
Base64 = Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]*={0,2}$")]
Count = Annotated[int, Field(ge=0)]


class SealedRow(Noun):
    """An event exactly as it was stored, and the salt of its leaf. Of one that was disposed of, only the leaf is left."""

    seq: Annotated[int, Field(ge=1)]
    leaf: Sha256
    salt: Hex | None = None
    at: str | None = None
    version: int | None = None
    kind: str | None = None
    body: str | None = None


class SealedHead(Noun):
    """The head of the deployment's tree: `late` events were sealed after the fact, and it broke `breaks` times."""

    size: Count
    root: Sha256
    late: Count = 0
    breaks: Count = 0


class AcceptedBreak(Noun):
    """The word by which a person accepted that the log of the store did not fit and was begun anew, for the `breaks`th time."""

    breaks: Annotated[int, Field(ge=1)]
    by: Text
    reason: Text
    at: Moment


class SealedLog(Noun):
    """Where the log of the store has that head: its number, the hashes that lead to the root, and the signed checkpoint.

    `accepted`: what people said of its breaks, which the checkpoint counts; by the word of the store, on the house's record.
    """

    number: Count
    proof: Many[Sha256]
    checkpoint: str
    accepted: Many[AcceptedBreak] = ()


class SealedSignature(Noun):
    """The signature of a person: what was signed, byte for byte, and in which event it is."""

    event: Annotated[int, Field(ge=1)]
    person: Text
    role: Text | None = None
    key: Text
    kind: Literal["ed25519", "sshsig", "webauthn"]
    signature: str
    payload: Base64
    form: Literal["approval", "word", "git"]


class SealedTrust(Noun):
    """A key that was trusted where the record was made, and by whom."""

    key: Text
    kind: Literal["ed25519", "sshsig", "webauthn"]
    public: Text
    person: Text
    roles: Many[Text]
    trusted_by: Text
    trusted_at: Moment
    revoked_at: Moment | None = None


class SealedAnchor(Noun):
    """What somebody outside has seen of the log: a checkpoint of it, where and when.

    `proof`: the answer with the time stamp (RFC 3161, DER), or the name of the commit. `consistency`: the hashes that lead from
    the smaller to the larger of this checkpoint and the record's own.
    """

    kind: AnchorKind
    place: Text
    checkpoint: str
    proof: Base64 = ""
    at: Moment | None = None
    consistency: Many[Sha256] = ()


class Program(Noun):
    """A program that made what is recorded, and its version."""

    name: Text
    version: Text


class SealedRecord(Noun):
    """The predicate of the statement. `deployment` and `origin` say which tree of which store this is."""

    origin: Text
    deployment: Text
    made: Moment
    programs: Many[Program] = ()
    head: SealedHead
    events: Many[SealedRow]
    log: SealedLog
    keys: Many[OwnKey]
    signatures: Many[SealedSignature] = ()
    trust: Many[SealedTrust] = ()
    anchors: Many[SealedAnchor] = ()


class Digests(Noun):
    """The digests of a subject; the one of a deployment is the root of its tree."""

    sha256: Sha256


class Subject(Noun):
    """What the statement is about."""

    name: Text
    digest: Digests


class SealedStatement(Noun):
    """The statement, as in-toto has it."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    type_: Annotated[Literal["https://in-toto.io/Statement/v1"], Field(alias="_type")] = (
        "https://in-toto.io/Statement/v1"
    )
    subject: Annotated[tuple[Subject, ...], Field(min_length=1, max_length=1)]
    predicate_type: Annotated[Literal["urn:orch:sealed-record:1"], Field(alias="predicateType")] = (
        "urn:orch:sealed-record:1"
    )
    predicate: SealedRecord


Verifies = Callable[[bytes, bytes, bytes], bool]
"""Whether a public Ed25519 key made a signature of these bytes: key, signature, content."""
PasskeyVerifies = Callable[[str, str, str, bytes], bool]
"""Whether a passkey made a signature of these bytes: the id of the key, its line, the signature as it is recorded, content."""
