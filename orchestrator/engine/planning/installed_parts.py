"""What of the machine's collections and roles a plan's runs use: found for its check, and digested with it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from orchestrator.domain.evidence.opened_file import in_any
from orchestrator.domain.plan.installed import InstalledPart
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.engine.ports import Ports
from orchestrator.errors import Fault, PlanFault


class InstalledParts(NamedTuple):
    """The parts with their digests; `opened`: the files of other places that Ansible opened."""

    parts: tuple[InstalledPart, ...]
    digests: Mapping[str, str]
    opened: tuple[str, ...]
    faults: tuple[Fault, ...] = ()


def installed_parts(ports: Ports, plan: ReleasePlan, project: Path, opened: Sequence[str]) -> InstalledParts:
    """Of the runs of this plan. Faults are those of files that cannot be digested."""
    parts = tuple(ports.inspector.installed(plan, project, opened))
    is_part = in_any([part.place for part in parts])
    others = tuple(path for path in opened if not is_part(path))
    if not parts:
        return InstalledParts((), {}, others)
    try:
        digests = ports.authority.inventory_in_place(plan, project, installed=parts)
    except PlanFault as unusable:
        return InstalledParts(parts, {}, others, tuple(unusable.faults))
    return InstalledParts(parts, digests, others)
