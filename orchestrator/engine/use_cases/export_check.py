"""Verifies an export for an auditor, with nothing but the export and the keys that the caller knows."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from pydantic import ValidationError

from orchestrator.domain.seal.anchors import Checked
from orchestrator.domain.seal.audit_export import LOG, MANIFEST, ExportStatement, record_name
from orchestrator.domain.seal.export_verification import ExportVerdict, OpenedRecord, verified_export
from orchestrator.domain.seal.sealed_record import SealedStatement
from orchestrator.domain.seal.verification import verified_record
from orchestrator.domain.text.model_base import Noun
from orchestrator.engine.ports import Ports
from orchestrator.errors import UsageFault

Read = Callable[[str], bytes]
N = TypeVar("N", bound=Noun)


def verified_files(
    ports: Ports, names: Sequence[str], read: Read, known: Sequence[str] = ()
) -> ExportVerdict:
    """An export held against itself. Raises UsageFault where it is none.

    `names`: the files that are there; `read` gives the bytes of one; `known`: keys that the caller knows from elsewhere.
    """
    if MANIFEST not in names:
        raise UsageFault(f"This is no export of orch: there is no {MANIFEST} in it.")
    content = read(MANIFEST)
    try:
        statement = ExportStatement.model_validate_json(ports.seal_keys.unwrapped(content))
        signers = ports.seal_keys.signers(content, statement.predicate.keys)
    except ValidationError as fault:
        first = fault.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise UsageFault(f"This is no export of orch: {MANIFEST}: {place}: {first['msg']}.") from None
    except ValueError as fault:
        raise UsageFault(f"This is no export of orch: {MANIFEST}: {fault}.") from None
    there = [name for name in names if name != MANIFEST]
    digests = {name: hashlib.sha256(read(name)).hexdigest() for name in there}
    log = read(LOG).decode("utf-8", "replace") if LOG in digests else ""
    records = dict(_records(ports, statement, there, read))
    return verified_export(
        statement, signers, frozenset(known), digests, log, records, ports.seal_keys.verifies
    )


def _records(
    ports: Ports, statement: ExportStatement, there: Sequence[str], read: Read
) -> Iterator[tuple[str, OpenedRecord]]:
    for name in statement.predicate.sample:
        if record_name(name) in there:
            yield name, _opened(ports, read(record_name(name)))


def _opened(ports: Ports, content: bytes) -> OpenedRecord:
    """Time stamps and other anchors are looked at record by record: `orch record verify` does that."""
    try:
        statement = SealedStatement.model_validate_json(ports.seal_keys.unwrapped(content))
        signers = ports.seal_keys.signers(content, statement.predicate.keys)
        stamps = [Checked("not verified") for _ in statement.predicate.anchors]
        return OpenedRecord(
            statement.predicate,
            verified_record(statement, signers, signers, ports.seal_keys.verifies, stamps),
        )
    except ValueError:
        return OpenedRecord(None, None)
