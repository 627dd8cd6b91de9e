"""Makes sealed records, and verifies them and the store."""

from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from pydantic import ValidationError

from orchestrator.domain.authority import approval as approvals
from orchestrator.domain.authority import word as words
from orchestrator.domain.authority.approval import SignedApproval
from orchestrator.domain.authority.git_statement import git_payload
from orchestrator.domain.authority.signing import Keyring, Signature
from orchestrator.domain.authority.word import SignedWord
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.events import Recorded
from orchestrator.domain.seal.anchored_record import StoreHere
from orchestrator.domain.seal.anchors import Anchoring, AnchorPlace, Checked, Silent
from orchestrator.domain.seal.checkpoint import Checkpoint
from orchestrator.domain.seal.entries import Head
from orchestrator.domain.seal.own_keys import OwnKey
from orchestrator.domain.seal.sealed_record import (
    SUBJECT,
    AcceptedBreak,
    Digests,
    Program,
    SealedAnchor,
    SealedHead,
    SealedLog,
    SealedRecord,
    SealedRow,
    SealedSignature,
    SealedStatement,
    SealedTrust,
    Subject,
)
from orchestrator.domain.seal.signed_note import NoteKey, SignedNote
from orchestrator.domain.seal.verification import RecordVerdict, verified_record
from orchestrator.engine.lookup.anchor_check import PATIENCE
from orchestrator.engine.lookup.seal_check import log_words, not_accepted
from orchestrator.engine.ports import Ports
from orchestrator.engine.project_folder import folder
from orchestrator.engine.seal_ports import SealedEvent, SealedEvents
from orchestrator.errors import OrchError, StoreFault, UsageFault
from orchestrator.policy.authority.spoken_record import spoken_lines
from orchestrator.policy.authority.word_checks import recorded_statements
from orchestrator.policy.telling.words.seal_words import finding_words

SAID_IN_THE_FILE = frozenset({"seal.break_recorded", "seal.log_broke"})
"""What a sealed record says of itself, once a person accepted it."""
MOST_BYTES = 512 << 20
"""The largest sealed record that is read."""


def sealed_statement(
    ports: Ports, d: Deployment, records: Sequence[Recorded], programs: Sequence[Program]
) -> SealedStatement:
    """The statement of a deployment's sealed record. Raises StoreFault where it is not sealed, or not what was sealed."""
    look = ports.seals.look(d.id)
    if not not_accepted(ports, look) and not any(
        NoteKey.read(own.key).name == look.key for own in ports.seal_keys.own()
    ):
        # Another home that shares the store signed last: the record rests on the keys of the home that makes it.
        ports.seals.signed_anew(lambda: None)
    sealed = ports.seals.sealed(d.id)
    left = [each for each in look.findings if each.code not in SAID_IN_THE_FILE]
    if sealed is None or left or not_accepted(ports, look):
        against = "; ".join(finding_words(finding) for finding in look.findings) or "it is not sealed"
        raise StoreFault(
            f"{d.id} cannot be sealed in a file: {against}. Look at all of it: orch record verify {d.id}"
        )
    keyring = ports.keys.keyring(folder(d.project))
    signatures = tuple(_signatures(records))
    record = SealedRecord(
        origin=Checkpoint.read(SignedNote.read(sealed.checkpoint).text).origin,
        deployment=d.id,
        made=ports.clock.now(),
        programs=tuple(programs),
        head=_head(sealed.head),
        events=tuple(_row(each) for each in sealed.events),
        log=_log(sealed, accepted_log_breaks(ports)),
        keys=ports.seal_keys.own(),
        signatures=signatures,
        trust=tuple(_trust(keyring, {signature.key for signature in signatures})),
        anchors=tuple(_anchors(ports, sealed)),
    )
    subject = Subject(name=SUBJECT + d.id, digest=Digests(sha256=record.head.root))
    return SealedStatement(subject=(subject,), predicate=record)


def enveloped(ports: Ports, statement: SealedStatement) -> bytes:
    """The statement in its envelope, signed."""
    return ports.seal_keys.enveloped(statement.model_dump_json(by_alias=True, exclude_none=True).encode())


class Verified(NamedTuple):
    """A sealed record, what was found of it, and how the store here goes on from it."""

    record: SealedRecord
    verdict: RecordVerdict
    here: StoreHere


def verified(
    ports: Ports, content: bytes, keys: Sequence[str] = (), tsa_ca: str = "", *, in_pdf: bool = False
) -> Verified:
    """A sealed record held against itself, and against its anchors where they can be seen from here.

    `keys`: those that the caller named, of which one must have signed; `tsa_ca`: the file with the authorities of time stamps;
    `in_pdf`: it was attached to pages, which it does not prove. Raises UsageFault.
    """
    try:
        statement = SealedStatement.model_validate_json(ports.seal_keys.unwrapped(content))
        signers = ports.seal_keys.signers(content, statement.predicate.keys)
    except ValidationError as fault:
        first = fault.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise UsageFault(f"This is no sealed record of orch: {place}: {first['msg']}.") from None
    except ValueError as fault:
        raise UsageFault(f"This is no sealed record of orch: {fault}.") from None
    named = frozenset(keys)
    known = named | {own.key for own in _own(ports)}
    stamps = [_worth(ports, statement.predicate, anchor, tsa_ca) for anchor in statement.predicate.anchors]
    orch, people = ports.seal_keys.verifies, ports.seal_keys.passkey_verifies
    verdict = verified_record(statement, signers, known, orch, stamps, named, passkeys=people)
    if in_pdf:
        verdict = replace(verdict, unproved=(*verdict.unproved, ("pages", 0)))
    return Verified(statement.predicate, verdict, _here(ports, statement.predicate, verdict))


def _own(ports: Ports) -> Sequence[OwnKey]:
    try:
        return ports.seal_keys.known_keys()
    except StoreFault:
        return ()


def _head(head: Head) -> SealedHead:
    return SealedHead(size=head.size, root=head.root.hex(), late=head.late, breaks=head.breaks)


def _log(sealed: SealedEvents, accepted: tuple[AcceptedBreak, ...]) -> SealedLog:
    proof = tuple(each.hex() for each in sealed.proof)
    return SealedLog(number=sealed.number, proof=proof, checkpoint=sealed.checkpoint, accepted=accepted)


def accepted_log_breaks(ports: Ports) -> tuple[AcceptedBreak, ...]:
    """What people said of breaks of the log, the oldest first."""
    return tuple(
        AcceptedBreak(breaks=event.breaks, by=event.by, reason=event.reason, at=record.at)
        for record, event in log_words(ports)
    )


def _anchors(ports: Ports, sealed: SealedEvents) -> Iterator[SealedAnchor]:
    """Of each anchor the earliest checkpoint that has the head; else its newest, which has the log's beginning."""
    size = Checkpoint.read(SignedNote.read(sealed.checkpoint).text).size
    chosen: dict[AnchorPlace, Anchoring] = {}
    for each in ports.anchor_book.anchorings():
        before = chosen.get(each.anchor)
        if each.size <= size and (before is None or before.size <= sealed.number):
            chosen[each.anchor] = each
    for anchor, each in chosen.items():
        yield SealedAnchor(
            kind=anchor.kind,
            place=anchor.place,
            checkpoint=each.note,
            proof=b64encode(each.proof).decode(),
            at=each.at,
            consistency=tuple(node.hex() for node in ports.anchor_book.consistency(each.size, size)),
        )


def _worth(ports: Ports, record: SealedRecord, anchor: SealedAnchor, tsa_ca: str) -> Checked:
    """What an anchor of a record is worth: its time stamp verified, or the place itself looked at, if it is known here."""
    if anchor.kind == "rfc3161":
        try:
            proof = b64decode(anchor.proof, validate=True)
        except ValueError:
            return Checked("bad", detail="its time stamp is not in base64")
        return ports.anchors.stamp_worth(anchor.place, anchor.checkpoint, proof, tsa_ca)
    try:
        known = [each for each in ports.anchors.known() if each[1:] == (anchor.kind, anchor.place)]
    except OrchError:
        known = []
    outside = ports.anchors.outside(known[0], record.origin, PATIENCE) if known else None
    if outside is None or isinstance(outside, Silent):
        return Checked("not verified")
    return Checked("good") if anchor.checkpoint in outside else Checked("bad", detail="it is not there")


def _here(ports: Ports, record: SealedRecord, verdict: RecordVerdict) -> StoreHere:
    """Only a record that is proved, by a key that is known, says anything of a store."""
    note = ports.anchor_book.note()
    if not note or not verdict.proved or "key_not_known" in dict(verdict.unproved):
        return "another"
    own = ports.seal_keys.opened(note).checkpoint
    if own is None or own.origin != record.origin:
        return "another"
    notes = [record.log.checkpoint, *(anchor.checkpoint for anchor in record.anchors)]
    misfits = ports.anchor_book.misfits([Checkpoint.read(SignedNote.read(each).text) for each in notes])
    return next((misfit for misfit in misfits if misfit is not None), "goes on")


def _row(sealed: SealedEvent) -> SealedRow:
    event, leaf = sealed.event, sealed.leaf.hex()
    if event is None or sealed.salt is None:
        return SealedRow(seq=sealed.seq, leaf=leaf)
    return SealedRow(
        seq=sealed.seq,
        leaf=leaf,
        salt=sealed.salt.hex(),
        at=event.at,
        version=event.version,
        kind=event.kind,
        body=event.body,
    )


def _signatures(records: Sequence[Recorded]) -> Iterator[SealedSignature]:
    """What people signed, with the bytes that they signed."""
    for record in records:
        for statement in recorded_statements([record]):
            if statement.signed is not None:
                yield _approval(statement.signed, record.seq)
        for line in spoken_lines([record]):
            if line.signed is not None:
                yield _word(line.signed, record.seq)


def _approval(signed: SignedApproval, event: int) -> SealedSignature:
    approval = signed.approval
    payload = approvals.payload(approval) if signed.evidence is None else git_payload(signed) or b""
    form = "approval" if signed.evidence is None else "git"
    return _signature(
        signed.signature,
        payload,
        {"person": approval.person, "role": approval.role, "form": form, "event": event},
    )


def _word(signed: SignedWord, event: int) -> SealedSignature:
    fields = {"person": signed.word.person, "role": None, "form": "word", "event": event}
    return _signature(signed.signature, words.payload(signed.word), fields)


def _signature(signature: Signature, payload: bytes, fields: Mapping[str, object]) -> SealedSignature:
    return SealedSignature.model_validate(
        {
            **fields,
            "key": signature.key,
            "kind": signature.kind,
            "signature": signature.signature,
            "payload": b64encode(payload).decode(),
        }
    )


def _trust(keyring: Keyring, keys: set[str]) -> Iterator[SealedTrust]:
    for key in keyring.keys:
        if key.key in keys:
            yield SealedTrust.model_validate(
                {
                    name: getattr(key, name)
                    for name in (
                        "key",
                        "kind",
                        "public",
                        "person",
                        "roles",
                        "trusted_by",
                        "trusted_at",
                        "revoked_at",
                    )
                }
            )
