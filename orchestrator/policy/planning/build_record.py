"""What a build record or test report says of a unit, where it is an in-toto statement (SLSA provenance, test results)."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from orchestrator.domain.evidence.unit_evidence import Unseen
from orchestrator.domain.text.foreign_json import ForeignJsonError, read_object
from orchestrator.domain.text.plain_text import plain
from orchestrator.policy.planning.sigstore_bundle import IN_TOTO, Envelope, envelope_in, hint_in, is_keyless

LARGEST = 16 << 20
"""Bytes of a record that are read."""
VOUCHING = (
    "https://sigstore.dev/cosign/sign/",
    "https://slsa.dev/provenance/",
    "https://in-toto.io/attestation/release/",
)
"""How the types of those predicates begin with which a signer stands behind a file: signed, built or released."""
_STATEMENT = "https://in-toto.io/Statement/"


class Statement(NamedTuple):
    """An in-toto statement: the digests of its subjects, the type of what it says of them, its builder, its result."""

    subjects: frozenset[str]
    predicate_type: str
    builder: str | None
    result: str | None


class Record(NamedTuple):
    """What a record holds; without an envelope nobody signed it. `hint`: the key that a bundle names, which proves nothing."""

    statement: Statement | None = None
    envelope: Envelope | None = None
    hint: str = ""
    keyless: bool = False


def record_in(content: bytes) -> Record:
    """The statement in these bytes, bare, in a DSSE envelope or in a sigstore bundle."""
    try:
        document = read_object(content, most_bytes=LARGEST)
    except ForeignJsonError:
        return Record()
    envelope = envelope_in(document.get("dsseEnvelope", document))
    if envelope is None:
        return Record(_statement(document))
    return Record(statement_of(envelope), envelope, hint_in(document), is_keyless(document))


def statement_of(envelope: Envelope) -> Statement | None:
    """The statement that an envelope holds."""
    if envelope.payload_type != IN_TOTO:
        return None
    try:
        return _statement(read_object(envelope.payload, most_bytes=LARGEST))
    except ForeignJsonError:
        return None


def vouches(statement: Statement) -> bool:
    """Whether its signer stands behind the file; that somebody scanned it, for example, says nothing of the kind."""
    return statement.predicate_type.startswith(VOUCHING)


def faults_of(statement: Statement | None, sha256: str, builder: str | None, what: str) -> Iterator[str]:
    """Why the record does not show what the plan says of the unit."""
    if statement is None:
        return
    if sha256 not in statement.subjects:
        yield f"the {what} is about other files: none of its subjects has the unit's digest"
    if builder is not None and statement.builder is not None and statement.builder != builder:
        yield f"the {what} names the builder {statement.builder}, and the plan {builder}"
    if statement.result is not None and statement.result.upper() not in ("PASSED", "WARNED"):
        yield f"the {what} has the result {statement.result}"


def unseen_of(record: Record, builder: str | None, *, signed: bool) -> Iterator[Unseen]:
    """What a record that has no fault does not show; `signed`: by a trusted key."""
    if record.statement is None:
        yield "record.not_a_statement"
    elif record.envelope is None:
        yield "record.not_signed"
    elif not signed:
        yield "record.keyless_not_verified" if record.keyless else "record.envelope_not_verified"
    if builder is not None and (record.statement is None or record.statement.builder is None):
        yield "record.builder_by_plan_alone"


def _statement(document: Mapping[str, Any]) -> Statement | None:
    if not str(document.get("_type", "")).startswith(_STATEMENT):
        return None
    predicate = document.get("predicate")
    return Statement(
        frozenset(_digests(document.get("subject"))),
        _text(document, "predicateType") or "",
        _builder(predicate),
        _text(predicate, "result"),
    )


def _digests(subjects: Any) -> Iterator[str]:
    for subject in subjects if isinstance(subjects, list) else ():
        digest = _text(subject.get("digest") if isinstance(subject, dict) else None, "sha256")
        if digest is not None:
            yield digest.lower()


def _builder(predicate: Any) -> str | None:
    """The id of the builder: `runDetails.builder` in SLSA 1, `builder` before that."""
    details = predicate.get("runDetails") if isinstance(predicate, dict) else None
    for holder in (details, predicate):
        builder = _text(holder.get("builder") if isinstance(holder, dict) else None, "id")
        if builder is not None:
            return builder
    return None


def _text(holder: Any, key: str) -> str | None:
    value = holder.get(key) if isinstance(holder, dict) else None
    return (plain(value, 300) or None) if isinstance(value, str) else None
