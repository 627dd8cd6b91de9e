"""Rules about release units: what a plan says of their origin, and what was seen of it before anything was touched."""

from collections.abc import Iterable, Iterator, Sequence

from orchestrator.domain.evidence.unit_evidence import UnitEvidence
from orchestrator.domain.plan.objection import Objection
from orchestrator.domain.plan.release_plan import ReleaseUnit
from orchestrator.domain.plan.roles import same_person
from orchestrator.domain.plan.unit_origin import PROJECT
from orchestrator.domain.rules.library import LibraryKnown
from orchestrator.domain.rules.requirement import Required
from orchestrator.domain.text.names import is_among, same_name


def not_copied_yet(index: int, unit: ReleaseUnit) -> Objection:
    """A unit that a check which asks no library cannot see."""
    expected = f"{unit.artefact} of the media library {unit.library} in the cache"
    return Objection(
        f"release.units[{index}].artefact",
        expected,
        "no copy of it yet",
        "orch plan check copies it, and verifies it",
    )


def not_obtained(index: int, unit: ReleaseUnit, finding: str, next_move: str) -> Objection:
    """A unit that its media library does not give."""
    expected = f"{unit.artefact} of the media library {unit.library}, with the digest of the plan"
    return Objection(f"release.units[{index}].artefact", expected, finding, next_move)


def unit_shortfalls(required: Required, units: Sequence[ReleaseUnit]) -> Iterator[Objection]:
    """What rules ask for of each unit, and the plan does not state; what it states is verified before anything is touched."""
    for index, unit in enumerate(units):
        path = f"release.units[{index}]"
        library = unit.library or PROJECT
        if required.libraries and not is_among(library, required.libraries):
            expected = f"one of the libraries {', '.join(required.libraries)}"
            yield Objection(f"{path}.library", expected, library, "take the unit from one of them")
        given = unit.provenance
        if required.provenance and (given is None or given.build_record is None):
            expected = f"the build record of {unit.name}, by digest"
            yield Objection(f"{path}.provenance.build_record", expected, "none", "name it in the plan")
        if required.test_report and (given is None or given.test_report is None):
            expected = f"the test report of {unit.name}, by digest"
            yield Objection(f"{path}.provenance.test_report", expected, "none", "name it in the plan")
        if required.signed_by and unit.signature is None:
            expected = f"{unit.name} signed by {' or '.join(required.signed_by)}"
            yield Objection(
                f"{path}.signature", expected, "no signature", "have it signed, and name the signature"
            )


def evidence_shortfalls(
    rules: Iterable[Required], evidence: UnitEvidence, libraries: Sequence[LibraryKnown]
) -> Iterator[str]:
    """Why what was seen of a unit is not what rules ask for. A library that rules name is the house's, where it has any."""
    for required in rules:
        if required.signed_by and not _is_signed(evidence, required.signed_by):
            signer = evidence.signer
            by = "nobody" if signer is None else f"{signer.person or 'the key'} ({signer.key[:40]})"
            yield f"it is signed by {by}, and the rules ask for {' or '.join(required.signed_by)}"
        if required.provenance and evidence.build_record is None:
            yield "no build record was seen, and the rules ask for one"
        if required.test_report and evidence.test_report is None:
            yield "no test report was seen, and the rules ask for one"
        if required.libraries and not _is_authorised(evidence, required.libraries, libraries):
            yield f"{evidence.library or PROJECT} is none of the libraries {', '.join(required.libraries)} of the house"


def _is_signed(evidence: UnitEvidence, allowed: Sequence[str]) -> bool:
    signer = evidence.signer
    if signer is None:
        return False
    keys = {name.replace(" ", "").casefold() for name in allowed}
    return signer.key.casefold() in keys or (
        signer.person is not None and any(same_person(signer.person, name) for name in allowed)
    )


def _is_authorised(evidence: UnitEvidence, allowed: Sequence[str], known: Sequence[LibraryKnown]) -> bool:
    name = evidence.library or PROJECT
    if not is_among(name, allowed):
        return False
    of_house = [library for library in known if library.house]
    return (
        evidence.library is None
        or not of_house
        or any(same_name(library.noun.library, name) for library in of_house)
    )
