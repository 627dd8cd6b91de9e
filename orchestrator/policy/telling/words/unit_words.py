"""What was seen of a release unit, in words: where it is from, who built, tested and signed it, and what was not seen."""

from collections.abc import Iterable

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.unit_evidence import RecordSeen, UnitEvidence, Unseen
from orchestrator.domain.plan.release_plan import ReleaseUnit
from orchestrator.domain.text.plain_text import plain

UNSEEN: dict[Unseen, str] = {
    "record.not_a_statement": "a record is a file with the digest of the plan; what it says of the unit was not read",
    "record.not_signed": "a record is a statement that nobody signed",
    "record.envelope_not_verified": "the envelope of a record is signed by no key that is trusted here",
    "record.keyless_not_verified": "a record was signed keyless, and keyless is not verified here",
    "record.builder_by_plan_alone": "the builder is named by the plan alone",
    "signature.expiry_not_asked": "whether the key of GnuPG expired or was revoked was not asked",
    "signature.log_not_asked": "whether a transparency log has the signature was not asked",
}


def origin_words(evidence: UnitEvidence) -> tuple[str, ...]:
    """A phrase each for source, build, test, signature, and for what was not seen."""
    signer = evidence.signer
    phrases = [
        f"from {'the project' if evidence.library is None else evidence.library}: {evidence.source}",
        _built(evidence),
        f"tested: {_record(evidence.test_report, 'test report')}" if evidence.test_report else "",
        f"signed by {signer.person or 'the key'} ({signer.kind} key {signer.key})" if signer else "",
        *(UNSEEN[code] for code in evidence.unseen),
    ]
    return tuple(plain(phrase, 400) for phrase in phrases if phrase)


def evidence_of(d: Deployment, unit: ReleaseUnit) -> tuple[str, ...]:
    """The same for a unit of a plan; nothing before it was verified, or by an earlier version."""
    seen = (each for each in d.preparation.units if each.name == unit.name)
    return next(map(origin_words, seen), ())


def verified_words(units: Iterable[UnitEvidence]) -> tuple[str, ...]:
    """A line for each unit that has more to it than its digest."""
    return tuple(
        f"{unit.name} {unit.version}: {'; '.join(origin_words(unit))}"
        for unit in units
        if unit.library is not None or unit.build_record or unit.test_report or unit.signer
    )


def stated_words(unit: ReleaseUnit) -> tuple[str, ...]:
    """What a plan states of a unit's origin, before anything of it was seen."""
    given, signature = unit.provenance, unit.signature
    phrases = []
    if unit.library is not None:
        phrases.append(f"from the media library {unit.library}")
    if given is not None:
        by = f" by {given.builder}" if given.builder else ""
        phrases += [f"built{by}: {given.build_record.path}"] if given.build_record else []
        phrases += [f"tested: {given.test_report.path}"] if given.test_report else []
    if signature is not None:
        phrases.append(f"signed: {signature.file.path} ({signature.kind})")
    return tuple(phrases)


def _built(evidence: UnitEvidence) -> str:
    record = evidence.build_record
    builder = (record.builder if record else None) or evidence.builder
    parts = [
        f"by {builder}" if builder else "",
        f"at {evidence.built_at}" if evidence.built_at else "",
        f"from {evidence.revision}" if evidence.revision else "",
        f"({_record(record, 'build record')})" if record else "",
    ]
    words = " ".join(part for part in parts if part)
    return f"built {words}" if words else ""


def _record(record: RecordSeen | None, what: str) -> str:
    if record is None:
        return ""
    form = "in-toto statement about it" if record.form == "in-toto" else what
    by = f", signed by {record.signer.person} (key {record.signer.key})" if record.signer else ""
    return f"{form} {record.source} sha256 {record.sha256}{by}"
