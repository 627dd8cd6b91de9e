"""The release plans of the projects that an administrator named: found by looking, never by a path that somebody sends."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from orchestrator.adapters.files.plan_folder import plans_below
from orchestrator.domain.authority.access import Place
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import NotFound, OrchError, PlanFault
from orchestrator.web.problems import Problem
from orchestrator.web.seen import sees_everything

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from orchestrator.domain.rules.prepared_plan import PreparedPlan
    from orchestrator.web.request_context import Asked


class PlanFile(NamedTuple):
    """A plan that was found. `address`: of its page. `loaded` is None where it has faults, which `faults` says."""

    project_name: str
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
    def called(self) -> str:
        """Its name over the API: its project, and the file as its project names it."""
        return f"{self.project_name}/{self.name}"

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
    for number, name in enumerate(project_names(asked.service.projects), 1):
        for file in plans_below(asked.service.projects[number - 1]):
            plan = _loaded(asked, number, name, file)
            if _is_seen(asked, plan):
                yield plan


def project_names(projects: Sequence[Path]) -> tuple[str, ...]:
    """What each project is called over the API: its folder, and with its number where several folders are called so."""
    folders = [project.name or "project" for project in projects]
    return tuple(
        name if folders.count(name) == 1 else f"{name}.{number}" for number, name in enumerate(folders, 1)
    )


def plan_called(asked: Asked, name: str) -> PlanFile:
    """The plan of this name over the API, such as `shop/plans/shop-1.0.0.yml`. Raises Problem where none may be seen."""
    project, _, wanted = name.partition("/")
    for number, known in enumerate(project_names(asked.service.projects), 1):
        if known != project:
            continue
        folder = asked.service.projects[number - 1]
        for file in plans_below(folder):
            if file.relative_to(folder).as_posix() == wanted:
                plan = _loaded(asked, number, known, file)
                if _is_seen(asked, plan):
                    return plan
    raise Problem(
        404,
        "not_found",
        f"The server knows no plan {plain(name, 200)}, or you may not see it: GET /api/v1/plans lists them "
        "(orch --server URL plan list).",
    )


def _is_seen(asked: Asked, plan: PlanFile) -> bool:
    return sees_everything(asked) if plan.place is None else asked.may("see", plan.place)


def plan_named(asked: Asked, project: str, name: str) -> PlanFile | None:
    """The plan at this address; None where there is none, or it may not be seen."""
    return next((each for each in plans_seen(asked) if each.address == f"/plans/{project}/{name}"), None)


def _loaded(asked: Asked, number: int, name: str, file: Path) -> PlanFile:
    project = asked.service.projects[number - 1]
    address = f"/plans/{number}/{file.relative_to(project).as_posix()}"
    try:
        loaded, faults = asked.ports.plan_files.load(file, project), ()
    except PlanFault as fault:
        return PlanFile(name, project, file, address, None, tuple(map(str, fault.faults)))
    except (NotFound, OrchError) as fault:
        return PlanFile(name, project, file, address, None, (str(fault),))
    return PlanFile(name, project, file, address, loaded, faults)
