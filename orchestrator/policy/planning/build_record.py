"""What a build record or test report says of a unit, where it is an in-toto statement (SLSA provenance, test results)."""

import base64
import binascii
from collections.abc import Iterator
from typing import Any, NamedTuple

from orchestrator.domain.evidence.unit_evidence import Unseen
from orchestrator.domain.text.foreign_json import ForeignJsonError, read_object
from orchestrator.domain.text.plain_text import plain

LARGEST = 16 << 20
"""Bytes of a record that are read."""
_STATEMENT = "https://in-toto.io/Statement/"
_PAYLOAD = "application/vnd.in-toto+json"


class Statement(NamedTuple):
    """An in-toto statement: the digests of its subjects, its builder, its result, and whether it came in an envelope."""

    subjects: frozenset[str]
    builder: str | None
    result: str | None
    enveloped: bool


def statement_in(content: bytes) -> Statement | None:
    """The statement in these bytes, bare, in a DSSE envelope or in a sigstore bundle; None where there is none."""
    try:
        document = read_object(content, most_bytes=LARGEST)
        envelope = document.get("dsseEnvelope", document)
        enveloped = isinstance(envelope, dict) and envelope.get("payloadType") == _PAYLOAD
        if enveloped:
            document = read_object(
                base64.b64decode(str(envelope.get("payload")), validate=True), most_bytes=LARGEST
            )
    except (ForeignJsonError, binascii.Error, ValueError):
        return None
    if not str(document.get("_type", "")).startswith(_STATEMENT):
        return None
    predicate = document.get("predicate")
    result = _text(predicate, "result")
    return Statement(frozenset(_digests(document.get("subject"))), _builder(predicate), result, enveloped)


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


def unseen_of(statement: Statement | None, builder: str | None) -> Iterator[Unseen]:
    """What a record that has no fault does not show."""
    if statement is None:
        yield "record.not_a_statement"
    elif statement.enveloped:
        yield "record.envelope_not_verified"
    if builder is not None and (statement is None or statement.builder is None):
        yield "record.builder_by_plan_alone"


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
    return plain(value, 300) if isinstance(value, str) and value.strip() else None
