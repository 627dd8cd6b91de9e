"""Whether a sealed record is what was recorded: integrity and completeness apart, and what it does not prove."""

import json
from base64 import b64decode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from orchestrator.domain.seal.anchored_record import AnchoredRecord, Stamps, anchored_record
from orchestrator.domain.seal.checkpoint import Checkpoint
from orchestrator.domain.seal.disposal_certificate import DisposalRecord
from orchestrator.domain.seal.entries import Head, StoredEvent
from orchestrator.domain.seal.findings import SealCode, SealFinding
from orchestrator.domain.seal.merkle import Tree, root_from_inclusion
from orchestrator.domain.seal.own_keys import OwnKey, introduction
from orchestrator.domain.seal.sealed_record import (
    SUBJECT,
    AcceptedBreak,
    PasskeyVerifies,
    SealedRecord,
    SealedRow,
    SealedSignature,
    SealedStatement,
    SealedTrust,
    Verifies,
)
from orchestrator.domain.seal.signed_note import NoteKey, SignedNote

Signed = SealedRecord | DisposalRecord
"""What orch signs of a deployment, with its head in the log."""
Integrity = Literal["intact", "broken"]
Completeness = Literal["whole", "broken", "with gaps"]
Unproved = Literal[
    "key_not_known",
    "not_anchored",
    "stamp_not_verified",
    "anchor_not_compared",
    "sealed_late",
    "events_disposed",
    "later_events",
    "signature_not_verified",
    "break_recorded",
    "pages",
    "log_broke",
    "copies_elsewhere",
    "key_after_loss",
]
"""What a sealed record does not prove; the words are in policy/telling/words/seal_words.py."""


@dataclass(frozen=True, slots=True)
class RecordVerdict:
    """What was found. `unproved` has a number for each lack, such as how many events were sealed late."""

    deployment: str
    integrity: Integrity
    completeness: Completeness
    findings: tuple[SealFinding, ...]
    unproved: tuple[tuple[Unproved, int], ...]
    events: int = 0
    root: str = ""
    key: str = ""
    log_size: int = 0
    anchored: tuple[AnchoredRecord, ...] = ()
    accepted: tuple[AcceptedBreak, ...] = ()

    @property
    def proved(self) -> bool:
        """Whether nothing was found against it."""
        return self.integrity == "intact" and self.completeness == "whole"


OF_COMPLETENESS: frozenset[SealCode] = frozenset(
    {"seal.event_missing", "seal.event_added", "seal.leaf_missing", "seal.head_older", "seal.store_older"}
)


def verified_record(
    statement: SealedStatement,
    envelope_keys: frozenset[str],
    known: frozenset[str],
    verifies: Verifies,
    stamps: Stamps = (),
    named: frozenset[str] = frozenset(),
    *,
    passkeys: PasskeyVerifies,
) -> RecordVerdict:
    """Hold a sealed record against itself.

    `envelope_keys` are the keys of the record that signed its envelope, verified by the caller; `known` are those that the
    verifier knew before, as texts; `stamps` is what each of its anchors is worth, in order, by the caller's look outside;
    `named` are those of the known keys that the caller named, of which one must have signed; `verifies` and `passkeys` verify
    single signatures.
    """
    record = statement.predicate
    anchored = anchored_record(record, verifies, stamps)
    findings = [
        *_of_subject(statement),
        *findings_of_keys(record, verifies),
        *findings_of_envelope(record, envelope_keys, named),
        *_of_events(record),
        *findings_of_checkpoint(record, verifies),
        *_of_signatures(record, verifies, passkeys),
        *(finding for each in anchored for finding in each.findings),
    ]
    incomplete = any(finding.code in OF_COMPLETENESS for finding in findings)
    broken = any(finding.code not in OF_COMPLETENESS for finding in findings)
    disposed = sum(1 for row in record.events if row.body is None)
    complete: Completeness = "broken" if incomplete else "with gaps" if disposed else "whole"
    return RecordVerdict(
        record.deployment,
        "broken" if broken else "intact",
        complete,
        tuple(findings),
        (*unproved_key(envelope_keys, known), *_unproved_outside(anchored), *_unproved(record, disposed)),
        record.head.size,
        record.head.root,
        sealed_by(envelope_keys),
        log_size(record),
        anchored,
        record.log.accepted,
    )


def _of_subject(statement: SealedStatement) -> Iterator[SealFinding]:
    [subject] = statement.subject
    record = statement.predicate
    if (subject.name, subject.digest.sha256) != (SUBJECT + record.deployment, record.head.root):
        yield SealFinding("seal.head_changed", detail="the subject is of another tree")


def findings_of_keys(record: Signed, verifies: Verifies) -> Iterator[SealFinding]:
    """Each key but the first was introduced by one before it."""
    for name in keys_introduced_by_none(record.keys, verifies):
        yield SealFinding("seal.key_unknown", detail=name)


def keys_introduced_by_none(keys: Sequence[OwnKey], verifies: Verifies) -> Iterator[str]:
    """The names of those that no key before them introduced, but for the first, and one that says that it follows a loss."""
    before: set[str] = set()
    for own in keys:
        if before and not own.after_loss:
            signature, by = bytes.fromhex(own.signature or ""), own.introduced_by
            signed = introduction(own.key, own.since)
            if by not in before or not verifies(NoteKey.read(by or own.key).public, signature, signed):
                yield NoteKey.read(own.key).name
        before.add(own.key)


def findings_of_envelope(
    record: Signed, envelope_keys: frozenset[str], named: frozenset[str]
) -> Iterator[SealFinding]:
    """A key of the record, that is not revoked, signed the envelope; where keys are named, one of these did."""
    if not envelope_keys & {own.key for own in record.keys}:
        yield SealFinding("seal.checkpoint_unsigned", detail="the envelope")
    elif not envelope_keys & {own.key for own in record.keys if own.revoked is None}:
        yield SealFinding("seal.key_revoked", detail="the envelope")
    if named and not envelope_keys & named:
        yield SealFinding("seal.key_other", detail=f"{sealed_by(envelope_keys) or 'nobody'} did")


def _of_events(record: SealedRecord) -> Iterator[SealFinding]:
    """The rows give the leaves, and the leaves give the root."""
    tree = Tree()
    for expected, row in enumerate(record.events, start=1):
        if row.seq != expected:
            yield SealFinding("seal.event_missing" if row.seq > expected else "seal.event_added", expected)
            return
        if not _gives_its_leaf(record.deployment, row):
            yield SealFinding("seal.event_changed", row.seq)
        tree = tree.grown(bytes.fromhex(row.leaf))
    if tree.size < record.head.size:
        yield SealFinding("seal.event_missing", tree.size + 1)
    elif tree.size > record.head.size:
        yield SealFinding("seal.event_added", record.head.size + 1)
    elif tree.root.hex() != record.head.root:
        yield SealFinding("seal.head_changed", detail="the leaves give another root")


def _gives_its_leaf(deployment: str, row: SealedRow) -> bool:
    """Of an event that was disposed of, nothing but its leaf is left; nothing in between is one."""
    parts = (row.salt, row.at, row.version, row.kind, row.body)
    if all(part is None for part in parts):
        return True
    if row.salt is None or row.at is None or row.version is None or row.kind is None or row.body is None:
        return False
    event = StoredEvent(deployment, row.seq, row.at, row.version, row.kind, row.body)
    return event.leaf(bytes.fromhex(row.salt)).hex() == row.leaf


def findings_of_checkpoint(record: Signed, verifies: Verifies) -> Iterator[SealFinding]:
    """The head is in the log, and the log's checkpoint is signed."""
    try:
        note = SignedNote.read(record.log.checkpoint)
        checkpoint = Checkpoint.read(note.text)
    except ValueError as fault:
        yield SealFinding("seal.checkpoint_unreadable", detail=str(fault))
        return
    if checkpoint.origin != record.origin:
        yield SealFinding("seal.other_store", detail=checkpoint.origin)
    head = Head(
        record.deployment,
        record.head.size,
        bytes.fromhex(record.head.root),
        record.head.late,
        record.head.breaks,
    )
    proof = [bytes.fromhex(each) for each in record.log.proof]
    if root_from_inclusion(head.leaf, record.log.number, checkpoint.size, proof) != checkpoint.root:
        yield SealFinding("seal.log_changed", detail="its head is not in the log")
    signed = {
        own.key
        for own in record.keys
        for each in note.signatures
        if each.is_by(NoteKey.read(own.key))
        and verifies(NoteKey.read(own.key).public, each.signature, note.text.encode())
    }
    if not signed:
        yield SealFinding("seal.checkpoint_unsigned")
    elif not signed & {own.key for own in record.keys if own.revoked is None}:
        yield SealFinding("seal.key_revoked")


def _of_signatures(
    record: SealedRecord, verifies: Verifies, passkeys: PasskeyVerifies
) -> Iterator[SealFinding]:
    """What people signed is theirs, by the keys that the record rests on; those of ssh are not verified here."""
    by_number = {row.seq: row for row in record.events}
    for signature in record.signatures:
        key = _key_of(record, signature)
        if key is None:
            continue
        content = b64decode(signature.payload)
        if key.kind == "webauthn":
            good = passkeys(key.key, key.public, signature.signature, content)
        else:
            good = verifies(bytes.fromhex(key.public), bytes.fromhex(signature.signature), content)
        if not good or not _is_said(content, by_number.get(signature.event), signature):
            yield SealFinding("seal.signature_bad", signature.event, signature.person)


def _is_said(content: bytes, row: SealedRow | None, signature: SealedSignature) -> bool:
    """Whether the event holds the statement that was signed, by this person and with this signature."""
    if row is None or row.body is None:
        return row is not None
    try:
        statement, body = json.loads(content.partition(b"\n")[2]), json.loads(row.body)
    except ValueError:
        return False
    if not isinstance(statement, dict) or statement.get("person") != signature.person:
        return False
    objects = list(_objects(body))
    held = signature.form == "git" or any(
        all(name in each and each[name] == value for name, value in statement.items()) for each in objects
    )
    return held and any(each.get("signature") == signature.signature for each in objects)


def _objects(value: object) -> Iterator[dict[str, object]]:
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from _objects(each)
    elif isinstance(value, list):
        for each in value:
            yield from _objects(each)


def unproved_key(envelope_keys: frozenset[str], known: frozenset[str]) -> Iterator[tuple[Unproved, int]]:
    """That no key which the verifier knew before signed the envelope."""
    if not envelope_keys & known:
        yield "key_not_known", 0


def _unproved(record: SealedRecord, disposed: int) -> Iterator[tuple[Unproved, int]]:
    if record.head.late:
        yield "sealed_late", record.head.late
    if record.head.breaks:
        yield "break_recorded", record.head.breaks
    if lost := sum(1 for own in record.keys if own.after_loss):
        yield "key_after_loss", lost
    if broke := _log_breaks(record):
        yield "log_broke", broke
    if disposed:
        yield "events_disposed", disposed
    yield "later_events", record.head.size
    if unverified := sum(1 for each in record.signatures if _key_of(record, each) is None):
        yield "signature_not_verified", unverified


def _unproved_outside(anchored: Sequence[AnchoredRecord]) -> Iterator[tuple[Unproved, int]]:
    """Only an anchor that has the record's head and that was looked at proves anything."""
    if not any(each.covers and each.worth == "good" for each in anchored):
        yield "not_anchored", 0
    open_ones = [each for each in anchored if each.covers and each.worth == "not verified"]
    if stamps := sum(1 for each in open_ones if each.anchor.kind == "rfc3161"):
        yield "stamp_not_verified", stamps
    if others := sum(1 for each in open_ones if each.anchor.kind != "rfc3161"):
        yield "anchor_not_compared", others


def _key_of(record: SealedRecord, signature: SealedSignature) -> SealedTrust | None:
    """The key by which a signature can be verified here: one of its own kind, and none of ssh."""
    known = (key for key in record.trust if (key.key, key.kind) == (signature.key, signature.kind))
    return next((key for key in known if key.kind != "sshsig"), None)


def _log_breaks(record: SealedRecord) -> int:
    """How often the log was begun anew, by its signed checkpoint."""
    try:
        text = Checkpoint.read(SignedNote.read(record.log.checkpoint).text).extension("breaks") or ""
    except ValueError:
        return 0
    return int(text) if text.isdigit() and len(text) < 10 else 0


def sealed_by(envelope_keys: frozenset[str]) -> str:
    """The name of a key that signed the envelope; empty where none did."""
    return next(iter(sorted(NoteKey.read(key).name for key in envelope_keys)), "")


def log_size(record: Signed) -> int:
    """The size of the log by its checkpoint; 0 where that cannot be read."""
    try:
        return Checkpoint.read(SignedNote.read(record.log.checkpoint).text).size
    except ValueError:
        return 0
