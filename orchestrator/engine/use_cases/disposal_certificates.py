"""Makes certificates of disposal, and verifies them."""

import json
from collections.abc import Sequence

from pydantic import ValidationError

from orchestrator.domain.journal.disposals import Disposal
from orchestrator.domain.seal.checkpoint import Checkpoint
from orchestrator.domain.seal.disposal_certificate import DISPOSAL, DisposalRecord, DisposalStatement
from orchestrator.domain.seal.disposal_verification import verified_disposal
from orchestrator.domain.seal.sealed_record import (
    SUBJECT,
    Digests,
    Program,
    SealedHead,
    SealedLog,
    Subject,
)
from orchestrator.domain.seal.signed_note import SignedNote
from orchestrator.domain.seal.verification import RecordVerdict
from orchestrator.engine.lookup.deployment_lookup import find
from orchestrator.engine.lookup.disposed import disposal_named
from orchestrator.engine.ports import Ports
from orchestrator.engine.seal_ports import SealedEvents
from orchestrator.errors import Refused, StoreFault, UsageFault
from orchestrator.policy.telling.words.disposal_words import disposed_line


def certificate_of(ports: Ports, name: str, programs: Sequence[Program]) -> DisposalStatement:
    """The statement of what was disposed of. Raises NotFound, Refused where nothing was, or not to the end, StoreFault."""
    disposal = disposal_named(ports.journal, name)
    if disposal is None:
        d = find(ports, name)
        raise Refused(f"The record of {d.id} was not disposed of: orch record show {d.id}")
    if disposal.finished is None:
        raise Refused(disposed_line(disposal.begun.deployment, disposal.seen))
    deployment = disposal.begun.deployment
    look = ports.seals.look(deployment)
    # The log may have been signed last by another home that shares the store; a certificate rests on the keys of this one.
    ports.seals.signed_anew(lambda: None)
    sealed = ports.seals.sealed(deployment)
    if sealed is None or not look.intact or look.disposal is None:
        raise StoreFault(f"What is left of {deployment} does not fit: orch record verify {deployment}")
    record = _record(ports, disposal, sealed, programs)
    subject = Subject(name=SUBJECT + deployment, digest=Digests(sha256=record.head.root))
    return DisposalStatement(subject=(subject,), predicate=record)


def _record(
    ports: Ports, disposal: Disposal, sealed: SealedEvents, programs: Sequence[Program]
) -> DisposalRecord:
    begun, head, now = disposal.begun, sealed.head, ports.clock.now()
    return DisposalRecord(
        origin=Checkpoint.read(SignedNote.read(sealed.checkpoint).text).origin,
        certificate=disposal.seen.certificate,
        deployment=begun.deployment,
        release=begun.release,
        version=begun.version,
        began=begun.began,
        ended=begun.ended,
        head=SealedHead(size=head.size, root=head.root.hex(), late=head.late, breaks=head.breaks),
        log=SealedLog(
            number=sealed.number,
            proof=tuple(each.hex() for each in sealed.proof),
            checkpoint=sealed.checkpoint,
        ),
        keys=ports.seal_keys.own(),
        rule=begun.rule,
        retention=begun.retention,
        archived=begun.archived,
        until=begun.until,
        disposed_by=begun.by,
        reason=begun.reason,
        begun=disposal.at,
        finished=disposal.finished or now,
        house_event=disposal.number,
        made=now,
        programs=tuple(programs),
    )


def enveloped_certificate(ports: Ports, statement: DisposalStatement) -> bytes:
    """The statement in its envelope, signed."""
    return ports.seal_keys.enveloped(statement.model_dump_json(by_alias=True, exclude_none=True).encode())


def is_certificate(ports: Ports, content: bytes) -> bool:
    """Whether an envelope says that it holds a certificate of disposal; nothing of it is verified."""
    try:
        statement = json.loads(ports.seal_keys.unwrapped(content))
    except (ValueError, RecursionError):
        return False
    return isinstance(statement, dict) and statement.get("predicateType") == DISPOSAL


def verified_certificate(
    ports: Ports, content: bytes, keys: Sequence[str] = ()
) -> tuple[DisposalRecord, RecordVerdict]:
    """A certificate held against itself; `keys`: those that the caller named. Raises UsageFault."""
    try:
        statement = DisposalStatement.model_validate_json(ports.seal_keys.unwrapped(content))
        signers = ports.seal_keys.signers(content, statement.predicate.keys)
    except ValidationError as fault:
        first = fault.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise UsageFault(f"This is no certificate of orch: {place}: {first['msg']}.") from None
    except ValueError as fault:
        raise UsageFault(f"This is no certificate of orch: {fault}.") from None
    named = frozenset(keys)
    known = named | {own.key for own in ports.seal_keys.known_keys()}
    verdict = verified_disposal(statement, signers, known, ports.seal_keys.verifies, named)
    return statement.predicate, verdict
