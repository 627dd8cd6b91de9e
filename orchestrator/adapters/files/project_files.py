"""The files of a project: the folder that a plan's paths are relative to."""

from pathlib import Path

from orchestrator.adapters.home_paths import expanded
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.engine.project_ports import FileKind, ProjectFiles

_MOST_CHARACTERS = 1_000_000


class DirectoryFiles(ProjectFiles):
    """A project in a directory; links are followed, and their targets count."""

    def kind(self, project: Path, path: str) -> FileKind:
        """The kind of file at a path; `outside` if it leads out of the project."""
        try:
            real = (project / path).resolve()
            if not real.is_relative_to(project.resolve()):
                return "outside"
            return _kind(real)
        except (OSError, ValueError, RuntimeError):
            return "absent"

    def kind_anywhere(self, project: Path, path: str) -> FileKind:
        """The kind of file at a path that may be outside the project."""
        try:
            return _kind(project / expanded(path))
        except (OSError, ValueError, RuntimeError):
            return "absent"

    def text(self, project: Path, path: str) -> str | None:
        """The text of a file of the project, or None."""
        if self.kind(project, path) != "file":
            return None
        try:
            with (project / path).open(encoding="utf-8") as file:
                text = file.read(_MOST_CHARACTERS + 1)
        except (OSError, ValueError):
            return None
        return text if len(text) <= _MOST_CHARACTERS else None


def project_of(file: Path, plan: ReleasePlan) -> Path:
    """The folder above the plan that holds most of the files that the plan names; the nearest if several do.

    Most and not all, because one mistyped path must not move the project. The plan's own folder if no file exists.
    """
    home = file.resolve().parent
    named = _named_files(plan)
    folders = (home, *home.parents)
    return max(folders, key=lambda folder: sum(_stands(folder / name) for name in named))


def _named_files(plan: ReleasePlan) -> list[str]:
    artefacts = (unit.artefact for unit in plan.release.units if unit.library is None)
    named = (*plan.playbooks, plan.resources.inventory, *artefacts)
    return [name for name in named if not name.startswith("/")]


def _stands(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _kind(path: Path) -> FileKind:
    if path.is_file():
        return "file"
    return "directory" if path.is_dir() else "absent"
