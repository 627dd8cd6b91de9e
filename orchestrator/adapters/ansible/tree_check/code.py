"""The files of a tree that Ansible runs as code on this machine as soon as it reads the tree."""

import os
from collections.abc import Iterator
from pathlib import Path

from orchestrator.adapters.ansible.settings import configuration
from orchestrator.adapters.home_paths import expanded
from orchestrator.domain.plan.release_plan import ReleasePlan

_SKIPPED = {".git", ".venv", "venv", "node_modules", "__pycache__"}
_PROGRAMS = ("vault_password_file", "vault_identity_list")


def code_of_tree(plan: ReleasePlan, project: Path) -> list[str]:
    """Plugins, programs in the inventory, and what gives passwords; paths as the plan or the project names them."""
    named = plan.resources.vault_password_file
    settings = configuration(project)
    folders = {
        os.path.normpath(project / expanded(folder.strip()))
        for (_, option), value in settings.items()
        if option.endswith("_plugins") or option == "library"
        for folder in value.split(":")
        if folder.strip()
    }
    inventory = os.path.normpath(project / expanded(plan.resources.inventory))
    code = [_shown(path, project) for path in _files(project) if _is_code(path, folders, inventory)]
    if named is not None and os.access(project / expanded(named), os.X_OK):
        code.append(named)
    code += [
        f"ansible.cfg: {option} = {settings[key]}"
        for key in settings
        for option in [key[1]]
        if option in _PROGRAMS
    ]
    return sorted(dict.fromkeys(code))


def _is_code(path: Path, folders: set[str], inventory: str) -> bool:
    parents = [str(parent) for parent in path.parents]
    if path.suffix == ".py":
        beside = any(parent.name.endswith("_plugins") or parent.name == "plugins" for parent in path.parents)
        return beside or bool(folders & set(parents))
    in_inventory = str(path) == inventory or inventory in parents
    return in_inventory and path.is_file() and (os.access(path, os.X_OK) or _names_a_plugin(path))


def _names_a_plugin(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return any(line.startswith(b"plugin:") for line in file.read(65536).splitlines())
    except OSError:
        return False


def _files(project: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(project):
        folders[:] = sorted(name for name in folders if name not in _SKIPPED)
        yield from (Path(os.path.normpath(folder)) / name for name in sorted(files))


def _shown(path: Path, project: Path) -> str:
    return os.path.relpath(path, project)
