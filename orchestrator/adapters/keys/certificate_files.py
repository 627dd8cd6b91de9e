"""Rehearsal certificates as files, in a folder of this home or of a project, where git keeps them."""

from collections.abc import Iterable
from pathlib import Path

from orchestrator.adapters.keys.signed_files import read_noun, refuse_exposed
from orchestrator.domain.authority.rehearsal import Certificate, SignedCertificate
from orchestrator.errors import Fault, PlanFault

FOLDER = "certificates"


def certificate_name(certificate: Certificate) -> str:
    """The file name of a certificate: release, environment and time; unique."""
    signed = certificate
    stem = f"{signed.release}-{signed.version}-{signed.environment}-{signed.rehearsed_at:%Y%m%d-%H%M%S}"
    return f"{''.join(c if c.isalnum() or c in '._-' else '-' for c in stem)}-{signed.nonce[:8]}.json"


def certificate_files(places: Iterable[Path]) -> dict[Path, SignedCertificate]:
    """The certificates in `certificates/` of these places, each once. Raises PlanFault with every faulty file."""
    certificates: dict[str, tuple[Path, SignedCertificate]] = {}
    faults: list[Fault] = []
    for place in places:
        files = sorted((place / FOLDER).glob("*.json"))
        try:
            refuse_exposed([place / FOLDER, *files])
        except PlanFault as exposed:
            faults.extend(exposed.faults)
            continue
        for file in files:
            try:
                signed = read_noun(file, SignedCertificate)
                certificates.setdefault(signed.signature.signature, (file, signed))
            except PlanFault as fault:
                faults.extend(fault.faults)
    if faults:
        raise PlanFault(faults)
    return dict(certificates.values())
