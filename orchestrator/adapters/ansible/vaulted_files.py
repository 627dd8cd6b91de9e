"""Which files a run can load that hold vaulted values: nothing else of a project is any business of its run."""

import os
from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from orchestrator.adapters.ansible.in_run.actions import short_name
from orchestrator.adapters.ansible.tree_check.playbook_files import Item, PlaybookFiles

_SKIPPED_FOLDERS = {".git", ".venv", "venv", "node_modules", "__pycache__"}
_LARGEST = 1_000_000
_OF_A_ROLE = ("defaults", "vars", "files", "templates", "tasks", "handlers", "meta")
_VARIABLES = ("group_vars", "host_vars")
# Whose file is read on this machine, decrypted where it is vaulted, and the folder that it is looked for in.
_READERS = {
    "include_vars": ("file", "vars"),
    "copy": ("src", "files"),
    "unarchive": ("src", "files"),
    "script": ("cmd", "files"),
    "template": ("src", "templates"),
}


def vaulted_files(
    project: Path, playbooks: Iterable[Path], inventory: Path, roles_path: Sequence[Path] = ()
) -> Iterator[Path]:
    """Files that are vaulted whole, and YAML files with vaulted values, each once; names that are templates are not followed.

    The inventory, the variables beside it and beside the playbooks, what the plays and their tasks name, and all that is
    in the roles that they use.
    """
    seen: set[Path] = set()
    for path in _loadable(project, playbooks, inventory, roles_path):
        if path not in seen and _is_vaulted(path):
            yield path
        seen.add(path)


def loadable_files(
    project: Path, playbooks: Iterable[Path], inventory: Path, roles_path: Sequence[Path] = ()
) -> Iterator[Path]:
    """Every file that a run can load by a name that is no template; some of them more than once."""
    yield from _loadable(project, playbooks, inventory, roles_path)


def other_vaulted_files(project: Path, known: Container[Path]) -> Iterator[Path]:
    """The other vaulted files of a project: a name that is a template can lead to them, and then a host knows their values."""
    yield from (path for path in _files(project) if path not in known and _is_vaulted(path))


def _loadable(
    project: Path, playbooks: Iterable[Path], inventory: Path, roles_path: Sequence[Path]
) -> Iterator[Path]:
    beside = inventory if inventory.is_dir() else inventory.parent
    yield from [inventory] if inventory.is_file() else _files(inventory)
    yield from _variables_beside(beside)
    for playbook in playbooks:
        files = PlaybookFiles(playbook, project, roles_path)
        yield from _variables_beside(playbook.parent)
        for play, tasks in files.plays():
            yield from _variables_beside(play.file.parent)
            yield from _named_by_play(play)
            yield from chain.from_iterable(_named_by_task(task, play.file.parent) for task in tasks)
        yield from files.files
        yield from chain.from_iterable(_files(role / part) for role in files.roles for part in _OF_A_ROLE)


def _variables_beside(folder: Path) -> Iterator[Path]:
    """What Ansible takes for groups and hosts by itself: folders, and single files too."""
    for name in _VARIABLES:
        yield from _files(folder / name)


def _named_by_play(play: Item) -> Iterator[Path]:
    named = play.keys.get("vars_files")
    for entry in named if isinstance(named, list) else [named]:
        for name in entry if isinstance(entry, list) else [entry]:
            yield from _found(name, "vars", [play.file.parent])


def _named_by_task(task: Item, playbook: Path) -> Iterator[Path]:
    near = [task.file.parent.parent, task.file.parent, playbook]
    for key, value in task.keys.items():
        argument, folder = _READERS.get(short_name(str(key)), ("", ""))
        if argument:
            named = _arguments(value, task.keys.get("args"))
            yield from _found(named.get(argument, value), folder, near)
            if folder == "vars":
                yield from _found(named.get("dir"), folder, near)


def _arguments(value: Any, more: Any) -> dict[str, Any]:
    """The arguments of a task, given as a mapping, beside it in `args`, or in the old way as `name=value`."""
    given = value if isinstance(value, dict) else {}
    words = value.split() if isinstance(value, str) else []
    old = dict(word.split("=", 1) for word in words if "=" in word)
    return {**(more if isinstance(more, dict) else {}), **old, **given}


def _found(name: Any, folder: str, near: Iterable[Path]) -> Iterator[Path]:
    if isinstance(name, str) and name and "{{" not in name:
        for place in near:
            for path in (place / folder / name, place / name):
                yield from [path] if path.is_file() else _files(path)


def _files(root: Path) -> Iterator[Path]:
    """Regular files below a folder, on its own file system."""
    if not root.is_dir():
        return
    device = root.stat().st_dev
    for folder, folders, files in os.walk(root):
        here = Path(folder)
        folders[:] = sorted(
            name
            for name in folders
            if name not in _SKIPPED_FOLDERS and (here / name).lstat().st_dev == device
        )
        yield from (here / name for name in sorted(files) if (here / name).is_file())


def _is_vaulted(path: Path) -> bool:
    try:
        # A pipe would keep its reader waiting for ever.
        if not path.is_file():
            return False
        with path.open("rb") as file:
            head = file.read(14)
            if head == b"$ANSIBLE_VAULT":
                return True
            if path.suffix not in ("", ".yml", ".yaml") or path.stat().st_size > _LARGEST:
                return False
            return b"!vault" in head + file.read()
    except OSError:
        return False
