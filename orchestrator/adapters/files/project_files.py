"""The files of a project: the folder that a plan's paths are relative to."""

from pathlib import Path

from orchestrator.domain.loaded_plan import LoadedPlan
from orchestrator.engine.ports import FileKind, ProjectFiles


class DirectoryFiles(ProjectFiles):
    """A project in a directory; links are followed, and what they lead to counts."""

    def kind(self, project: Path, path: str) -> FileKind:
        """What stands at a path; `outside` where it leads out of the project."""
        try:
            real = (project / path).resolve()
            if not real.is_relative_to(project.resolve()):
                return "outside"
            return _kind(real)
        except (OSError, ValueError, RuntimeError):
            return "absent"

    def kind_anywhere(self, project: Path, path: str) -> FileKind:
        """What stands at a path that may also lie outside the project."""
        try:
            return _kind(project / Path(path).expanduser())
        except (OSError, ValueError, RuntimeError):
            return "absent"


def project_of(loaded: LoadedPlan) -> Path:
    """The nearest folder above the plan in which its deploy playbook stands; the plan's own folder where there is none."""
    home = Path(loaded.file).resolve().parent
    playbook = loaded.plan.strategy.playbook
    for folder in (home, *home.parents):
        if DirectoryFiles().kind(folder, playbook) == "file":
            return folder
    return home


def _kind(path: Path) -> FileKind:
    if path.is_file():
        return "file"
    return "directory" if path.is_dir() else "absent"
