"""Checks the signatures of release units ahead, as a deployment does before it touches anything."""

from collections.abc import Iterator
from pathlib import Path

from orchestrator.domain.plan.objection import Objection
from orchestrator.domain.plan.release_plan import ReleaseUnit
from orchestrator.domain.rules.prepared_plan import PreparedPlan
from orchestrator.engine.lookup.unit_files import obtained
from orchestrator.engine.lookup.unit_signers import signer_seen
from orchestrator.engine.ports import Ports
from orchestrator.engine.project_ports import MediaItem
from orchestrator.errors import Fault, OrchError


def unsigned_units(ports: Ports, checked: PreparedPlan) -> Iterator[Fault]:
    """A fault for each unit whose signature does not count now: bad, or by a key that is not trusted, expired or revoked."""
    for index, unit in enumerate(checked.plan.release.units):
        why = _why_not(ports, Path(checked.project), unit)
        if why:
            expected, move = "a signature that counts", "have the unit signed by a key that is trusted now"
            yield checked.fault(Objection(f"release.units[{index}].signature", expected, why, move))


def _why_not(ports: Ports, project: Path, unit: ReleaseUnit) -> str:
    signature = unit.signature
    if signature is None:
        return ""
    try:
        file = project / unit.place if unit.library is None else obtained(ports, project, unit).file
        item = MediaItem(unit.library, signature.file.path, signature.file.sha256)
        detached = ports.media.obtain(project, item, lambda line: None).file
        signer_seen(ports.keys, unit, signature, file, detached, project, project)
    except OrchError as fault:
        return str(fault).rstrip(".")
    return ""
