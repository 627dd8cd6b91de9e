"""Whether a certificate of disposal is orch's, and of a head that its log has."""

from orchestrator.domain.seal.disposal_certificate import DisposalStatement
from orchestrator.domain.seal.findings import SealFinding
from orchestrator.domain.seal.sealed_record import SUBJECT, Verifies
from orchestrator.domain.seal.verification import (
    RecordVerdict,
    findings_of_checkpoint,
    findings_of_envelope,
    findings_of_keys,
    log_size,
    sealed_by,
    unproved_key,
)


def verified_disposal(
    statement: DisposalStatement,
    envelope_keys: frozenset[str],
    known: frozenset[str],
    verifies: Verifies,
    named: frozenset[str] = frozenset(),
) -> RecordVerdict:
    """Hold a certificate against itself; the arguments are those of `verified_record`."""
    record, [subject] = statement.predicate, statement.subject
    findings = [
        *findings_of_keys(record, verifies),
        *findings_of_envelope(record, envelope_keys, named),
        *findings_of_checkpoint(record, verifies),
    ]
    if (subject.name, subject.digest.sha256) != (SUBJECT + record.deployment, record.head.root):
        findings.append(SealFinding("seal.head_changed", detail="the subject is of another tree"))
    return RecordVerdict(
        record.deployment,
        "broken" if findings else "intact",
        "whole",
        tuple(findings),
        (*unproved_key(envelope_keys, known), ("not_anchored", 0), ("copies_elsewhere", 0)),
        record.head.size,
        record.head.root,
        sealed_by(envelope_keys),
        log_size(record),
    )
