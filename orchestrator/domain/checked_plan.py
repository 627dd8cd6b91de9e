"""What came of checking a plan against its files, its inventory and its playbooks."""

from dataclasses import dataclass

from orchestrator.domain.loaded_plan import LoadedPlan
from orchestrator.domain.target import Target
from orchestrator.domain.wave import Wave
from orchestrator.errors import Fault


@dataclass(frozen=True, slots=True)
class CheckedPlan:
    """A plan with its hosts and waves; a deployment may start only where there are no faults."""

    loaded: LoadedPlan
    targets: tuple[Target, ...]
    waves: tuple[Wave, ...]
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
