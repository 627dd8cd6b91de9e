"""What the anchors in a sealed record show: that somebody outside has seen the head that the record is of."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from orchestrator.domain.seal.anchors import AnchorWorth, Checked
from orchestrator.domain.seal.checkpoint import Checkpoint
from orchestrator.domain.seal.findings import SealFinding
from orchestrator.domain.seal.merkle import is_consistent
from orchestrator.domain.seal.sealed_record import SealedAnchor, SealedRecord, Verifies
from orchestrator.domain.seal.signed_note import NoteKey, SignedNote

Stamps = Sequence[Checked]
StoreHere = Literal["another", "goes on", "older", "forked"]
"""How the store that looks at a record goes on from the log that the record is of; it may be another store."""


@dataclass(frozen=True, slots=True)
class AnchoredRecord:
    """One anchor of a record. `covers`: its checkpoint is of a log that has the record's head."""

    anchor: SealedAnchor
    covers: bool
    worth: AnchorWorth
    at: datetime | None = None
    findings: tuple[SealFinding, ...] = ()


def anchored_record(record: SealedRecord, verifies: Verifies, stamps: Stamps) -> tuple[AnchoredRecord, ...]:
    """Each anchor held against the record; `stamps` are what each is worth by a look outside, none of them if empty."""
    worths = [*stamps, *(Checked("not verified") for _ in record.anchors[len(stamps) :])]
    return tuple(
        _anchored(record, verifies, anchor, worth)
        for anchor, worth in zip(record.anchors, worths, strict=True)
    )


def _anchored(
    record: SealedRecord, verifies: Verifies, anchor: SealedAnchor, worth: Checked
) -> AnchoredRecord:
    try:
        note, own = SignedNote.read(anchor.checkpoint), SignedNote.read(record.log.checkpoint)
        seen, checkpoint = Checkpoint.read(note.text), Checkpoint.read(own.text)
    except ValueError as fault:
        return AnchoredRecord(anchor, covers=False, worth="bad", findings=(_finding(anchor, str(fault)),))
    faults = list(_faults(record, verifies, anchor, note))
    if not _leads(anchor, seen, checkpoint):
        faults.append("its checkpoint is of another log")
    if worth.worth == "bad":
        faults.append(worth.detail or "it does not say so")
    return AnchoredRecord(
        anchor,
        not faults and seen.size > record.log.number,
        "bad" if faults else worth.worth,
        worth.at or anchor.at,
        tuple(_finding(anchor, fault) for fault in faults),
    )


def _faults(
    record: SealedRecord, verifies: Verifies, anchor: SealedAnchor, note: SignedNote
) -> Iterator[str]:
    """Its checkpoint is of this store, and signed by a key of the record."""
    if Checkpoint.read(note.text).origin != record.origin:
        yield "its checkpoint is of another store"
    keys = [NoteKey.read(own.key) for own in record.keys]
    content = note.text.encode()
    signed = any(
        each.is_by(key) and verifies(key.public, each.signature, content)
        for key in keys
        for each in note.signatures
    )
    if not signed:
        yield "its checkpoint is signed by none of the keys"


def _leads(anchor: SealedAnchor, seen: Checkpoint, own: Checkpoint) -> bool:
    proof = [bytes.fromhex(each) for each in anchor.consistency]
    old, new = (seen, own) if seen.size <= own.size else (own, seen)
    return is_consistent(old.size, old.root, new.size, new.root, proof)


def _finding(anchor: SealedAnchor, detail: str) -> SealFinding:
    return SealFinding("seal.anchor_bad", detail=f"{anchor.kind} {anchor.place}: {detail}")
