"""The release plans of the projects that an administrator named: found by looking, never by a path that somebody sends."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from orchestrator.domain.authority.access import Place
from orchestrator.errors import NotFound, OrchError, PlanFault
from orchestrator.web.seen import sees_everything

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from orchestrator.domain.rules.prepared_plan import PreparedPlan
    from orchestrator.web.request_context import Asked

FOLDER, ENDINGS = "plans", (".yml", ".yaml")
MOST = 500
"""Plans of a project that are looked at."""


class PlanFile(NamedTuple):
    """A plan that was found. `address`: of its page. `loaded` is None where it has faults, which `faults` says."""

    project: Path
    file: Path
    address: str
    loaded: PreparedPlan | None
    faults: tuple[str, ...]

    @property
    def name(self) -> str:
        """The file as its project names it."""
        return self.file.relative_to(self.project).as_posix()

    @property
    def place(self) -> Place | None:
        """Where it deploys; None for a plan that cannot be read."""
        if self.loaded is None:
            return None
        release = self.loaded.plan.release
        return Place(
            service=release.service or release.name, environment=self.loaded.plan.resources.environment
        )


def plans_seen(asked: Asked) -> Iterator[PlanFile]:
    """Every plan that whoever asks may see; one that cannot be read is shown to those who see everything."""
    everything = sees_everything(asked)
    for number, project in enumerate(asked.service.projects, 1):
        for file in _files(project):
            plan = _loaded(asked, number, project, file)
            if everything if plan.place is None else asked.may("see", plan.place):
                yield plan


def plan_named(asked: Asked, project: str, name: str) -> PlanFile | None:
    """The plan at this address; None where there is none, or it may not be seen."""
    return next((each for each in plans_seen(asked) if each.address == f"/plans/{project}/{name}"), None)


def _files(project: Path) -> list[Path]:
    """Links are not followed out of the project."""
    files: list[Path] = []
    for folder, _, names in os.walk(project / FOLDER):
        files += [project.__class__(folder, name) for name in names if name.endswith(ENDINGS)]
    inside = project.resolve()
    return sorted(file for file in files if file.resolve().is_relative_to(inside))[:MOST]


def _loaded(asked: Asked, number: int, project: Path, file: Path) -> PlanFile:
    address = f"/plans/{number}/{file.relative_to(project).as_posix()}"
    try:
        loaded, faults = asked.ports.plan_files.load(file, project), ()
    except PlanFault as fault:
        return PlanFile(project, file, address, None, tuple(map(str, fault.faults)))
    except (NotFound, OrchError) as fault:
        return PlanFile(project, file, address, None, (str(fault),))
    return PlanFile(project, file, address, loaded, faults)
