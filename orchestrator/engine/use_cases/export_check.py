"""Verifies an export for an auditor, with nothing but the export and what the caller knows."""

import hashlib
from base64 import b64decode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from orchestrator.domain.seal.anchors import Checked
from orchestrator.domain.seal.audit_export import LOG, MANIFEST, ExportStatement, record_name
from orchestrator.domain.seal.export_verification import (
    ExportSigners,
    ExportVerdict,
    OpenedRecord,
    verified_export,
)
from orchestrator.domain.seal.sealed_record import SealedAnchor, SealedStatement
from orchestrator.domain.seal.verification import verified_record
from orchestrator.engine.ports import Ports
from orchestrator.errors import UsageFault

Read = Callable[[str], bytes]


@dataclass(frozen=True, slots=True)
class Known:
    """What the caller knows: keys of this home, keys that were named, and the file with the authorities of time stamps."""

    own: Sequence[str] = ()
    named: Sequence[str] = ()
    tsa_ca: str = ""


def verified_files(ports: Ports, names: Sequence[str], read: Read, known: Known) -> ExportVerdict:
    """An export held against itself, and against what the caller knows. Raises UsageFault where it is none.

    `names`: the files that are there; `read` gives the bytes of one.
    """
    if MANIFEST not in names:
        raise UsageFault(f"This is no export of orch: there is no {MANIFEST} in it.")
    content = read(MANIFEST)
    try:
        statement = ExportStatement.model_validate_json(ports.seal_keys.unwrapped(content))
        made = ports.seal_keys.signers(content, statement.predicate.keys)
    except ValidationError as fault:
        first = fault.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise UsageFault(f"This is no export of orch: {MANIFEST}: {place}: {first['msg']}.") from None
    except ValueError as fault:
        raise UsageFault(f"This is no export of orch: {MANIFEST}: {fault}.") from None
    there = [name for name in names if name != MANIFEST]
    digests = {name: hashlib.sha256(read(name)).hexdigest() for name in there}
    log = read(LOG).decode("utf-8", "replace") if LOG in digests else ""
    records = dict(_records(ports, statement, there, read, known.tsa_ca))
    named = frozenset(line.strip() for line in known.named)
    signers = ExportSigners(made, frozenset(known.own) | named, named)
    return verified_export(statement, signers, digests, log, records, ports.seal_keys.verifies)


def _records(
    ports: Ports, statement: ExportStatement, there: Sequence[str], read: Read, tsa_ca: str
) -> Iterator[tuple[str, OpenedRecord]]:
    for name in statement.predicate.sample:
        if record_name(name) in there:
            yield name, _opened(ports, read(record_name(name)), tsa_ca)


def _opened(ports: Ports, content: bytes, tsa_ca: str) -> OpenedRecord:
    """A record by itself; a repository or a file as its anchor is looked at by `orch record verify`."""
    try:
        statement = SealedStatement.model_validate_json(ports.seal_keys.unwrapped(content))
        signers = ports.seal_keys.signers(content, statement.predicate.keys)
        stamps = [_worth(ports, anchor, tsa_ca) for anchor in statement.predicate.anchors]
        return OpenedRecord(
            statement.predicate,
            verified_record(
                statement,
                signers,
                signers,
                ports.seal_keys.verifies,
                stamps,
                passkeys=ports.seal_keys.passkey_verifies,
            ),
        )
    except ValueError:
        return OpenedRecord(None, None)


def _worth(ports: Ports, anchor: SealedAnchor, tsa_ca: str) -> Checked:
    """A time stamp is verified with the authorities that the caller names, and with no file of a home."""
    if anchor.kind != "rfc3161" or not tsa_ca:
        return Checked("not verified")
    try:
        proof = b64decode(anchor.proof, validate=True)
    except ValueError:
        return Checked("bad", detail="its time stamp is not in base64")
    return ports.anchors.stamp_worth(anchor.place, anchor.checkpoint, proof, tsa_ca)
