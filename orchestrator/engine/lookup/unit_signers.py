"""Who signed a release unit, by the signature that its plan names."""

from pathlib import Path

from orchestrator.domain.authority.signing import Keyring
from orchestrator.domain.evidence.unit_evidence import SignerSeen
from orchestrator.domain.plan.release_plan import ReleaseUnit
from orchestrator.domain.plan.unit_origin import UnitSignature
from orchestrator.engine.authority_ports import SignedFile
from orchestrator.engine.ports import Keys
from orchestrator.errors import Refused


def signer_seen(
    keys: Keys,
    unit: ReleaseUnit,
    signature: UnitSignature,
    file: Path,
    detached: Path,
    place: Path,
    project: Path,
) -> SignerSeen:
    """Whoever made the good signature in `detached` over `file`; a keyring file of the plan is below `place`.

    Raises Refused with what was seen instead, MachineLacks, PlanFault for faulty keys.
    """
    ring = None if signature.keyring is None else _within(place, signature.keyring)
    signed = SignedFile(signature.kind, file, unit.sha256, detached, ring)
    return keys.unit_signer(signed, unit_keyring(keys, project))


def unit_keyring(keys: Keys, project: Path) -> Keyring:
    """The keys that count for units: whoever brings a unit brings no trust in its signer, where house or home trust anybody."""
    own = keys.keyring(None)
    return own if own.keys else keys.keyring(project)


def _within(place: Path, name: str) -> Path:
    path = (place / name).resolve()
    if not path.is_relative_to(place.resolve()):
        raise Refused(f"the keyring file {name} is outside the project")
    return path
