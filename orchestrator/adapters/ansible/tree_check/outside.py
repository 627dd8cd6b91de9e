"""What leads out of the copy of a project that a run is from: roles and variables from elsewhere."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from orchestrator.adapters.ansible.settings import configuration
from orchestrator.adapters.ansible.tree_check.playbook_files import Item
from orchestrator.domain.plan.inspection import PlaybookFinding

_WHY = "lies outside of the project, so it is neither approved nor in the copy that runs are from"


def roles_path(project: Path) -> list[Path]:
    """Where the project's ansible.cfg has roles looked for."""
    given = configuration(project).get(("defaults", "roles_path"), "")
    return [project / Path(folder.strip()).expanduser() for folder in given.split(":") if folder.strip()]


def roles_outside(playbook: Path, project: Path, roles: Iterable[Path]) -> Iterator[PlaybookFinding]:
    """Each role that was found by the project's `roles_path`, and not in the project."""
    for role in roles:
        if not _within(role, project):
            yield PlaybookFinding(
                file=str(playbook),
                kind="roles",
                what=f"the role {role.name} in {role.parent} {_WHY}",
                severity="refuse",
                next_move="put the role into the project, and `roles_path` on a folder there",
            )


def variables_outside(play: Item, project: Path) -> Iterator[PlaybookFinding]:
    """Each file of `vars_files` outside of the project; one whose name is a template is not known before it runs."""
    for name in _names(play.keys.get("vars_files")):
        if "{{" not in name and not _within(play.file.parent / Path(name).expanduser(), project):
            yield PlaybookFinding(
                file=str(play.file),
                line=play.line_of("vars_files"),
                kind="vars_files",
                what=f"{name} {_WHY}",
                severity="refuse",
                next_move="put the file into the project",
            )


def _names(value: Any) -> Iterator[str]:
    for entry in value if isinstance(value, list) else [value]:
        if isinstance(entry, str):
            yield entry
        elif isinstance(entry, list):
            yield from _names(entry)


def _within(path: Path, project: Path) -> bool:
    return path.resolve().is_relative_to(project.resolve())
