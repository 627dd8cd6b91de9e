"""The files of release units: those of media libraries are copied once, and stand in private copies like any other."""

from collections.abc import Callable, Iterable
from pathlib import Path

from orchestrator.domain.plan.release_plan import ReleasePlan, ReleaseUnit
from orchestrator.engine.ports import Ports
from orchestrator.engine.project_ports import MediaItem, Obtained


def obtained(
    ports: Ports, project: Path, unit: ReleaseUnit, say: Callable[[str], None] = lambda line: None
) -> Obtained:
    """The unit's own bytes, from its library. Raises OrchError."""
    return ports.media.obtain(project, MediaItem(unit.library, unit.artefact, unit.sha256), say)


def place_units(ports: Ports, plan: ReleasePlan, project: Path, place: str) -> None:
    """Put every unit of a media library into a private copy. Raises OrchError."""
    for unit in _of_libraries(plan):
        ports.media.link(obtained(ports, project, unit), Path(place) / unit.place)


def placed_again(
    ports: Ports, plan: ReleasePlan, project: Path, place: str, lost: Iterable[str]
) -> tuple[str, ...]:
    """Put back those units of media libraries that a private copy lacks or has changed; their paths. Raises OrchError."""
    wanted = {*lost}
    units = [unit for unit in _of_libraries(plan) if unit.place in wanted]
    for unit in units:
        ports.media.link(obtained(ports, project, unit), Path(place) / unit.place)
    return tuple(unit.place for unit in units)


def _of_libraries(plan: ReleasePlan) -> list[ReleaseUnit]:
    return [unit for unit in plan.release.units if unit.library is not None]
