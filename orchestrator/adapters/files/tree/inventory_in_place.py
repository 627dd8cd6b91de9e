"""Digests what is read in place: an inventory outside the project, with its variables, ingredients, authorities of checks.

Files are read as Ansible reads them: links are followed, hidden files are skipped, and `group_vars` and `host_vars` are
those next to the path that the plan names (ansible-core: inventory/manager.py, plugins/vars/host_group_vars.py).
"""

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from orchestrator.adapters.files.tree.playbook_tree import MOST_FILES, file_digest
from orchestrator.adapters.home_paths import expanded
from orchestrator.errors import Fault, PlanFault

VARIABLES = ("group_vars", "host_vars")
_SKIPPED = ("__pycache__",)


def inventory_in_place(project: Path, inventory: str, *, every_bit: bool = False) -> dict[str, str]:
    """SHA-256 by absolute path; empty if the inventory is a path in the project. Raises PlanFault for what is no file.

    `every_bit`: as earlier versions digested files.
    """
    path = expanded(inventory)
    if not path.is_absolute() and ".." not in path.parts:
        return {}
    place = project / path
    return _digests(place, _files(place), "resources.inventory", every_bit=every_bit)


def ingredients_in_place(
    project: Path, ingredients: Sequence[str], *, every_bit: bool = False
) -> dict[str, str]:
    """SHA-256 by absolute path of every file of the plan's ingredients, hidden ones too. Raises PlanFault likewise."""
    named = ((f"resources.ingredients[{index}]", name) for index, name in enumerate(ingredients))
    return named_in_place(project, named, every_bit=every_bit)


def named_in_place(
    project: Path, named: Iterable[tuple[str, str]], *, every_bit: bool = False
) -> dict[str, str]:
    """The same of files and folders that fields of the plan name."""
    digests: dict[str, str] = {}
    for field, name in named:
        place = project / expanded(name)
        files = _below(place, hidden=True) if place.is_dir() else iter([place])
        digests |= _digests(place, files, field, every_bit=every_bit)
    return digests


def _digests(place: Path, files: Iterator[Path], field: str, *, every_bit: bool) -> dict[str, str]:
    digests: dict[str, str] = {}
    faults: list[Fault] = []
    for file in files:
        try:
            real = file.resolve(strict=True)
            if not stat.S_ISREG(real.stat().st_mode):
                faults.append(
                    _fault(file, field, "a file or a folder", "a device, a pipe or a socket", "take it away")
                )
                continue
            digests[str(file)] = file_digest(real, every_bit=every_bit)
        except (OSError, RuntimeError) as error:
            why = getattr(error, "strerror", None) or str(error)
            faults.append(_fault(file, field, "a file that can be read", why, "correct it"))
        if len(digests) > MOST_FILES:
            faults.append(
                _fault(
                    place, field, f"at most {MOST_FILES:,} files", "more", "name the file or folder itself"
                )
            )
            break
    if not digests and not faults:
        faults.append(_fault(place, field, "a place with files", "none", "correct the path"))
    if faults:
        raise PlanFault(faults)
    return dict(sorted(digests.items()))


def _files(place: Path) -> Iterator[Path]:
    real = Path(os.path.realpath(place))
    if real.is_dir():
        yield from _below(real)
        return
    yield real
    for name in VARIABLES:
        beside = Path(os.path.realpath(place.parent / name))
        if beside.is_dir():
            yield from _below(beside)


def _below(folder: Path, *, hidden: bool = False) -> Iterator[Path]:
    """Every file below the folder, also through links to folders; each folder is visited once."""
    seen: set[str] = set()
    for here, folders, files in os.walk(folder, followlinks=True):
        real = os.path.realpath(here)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(name for name in folders if _counts(name, hidden=hidden) and name not in _SKIPPED)
        yield from (Path(here) / name for name in sorted(files) if _counts(name, hidden=hidden))


def _counts(name: str, *, hidden: bool) -> bool:
    return name != ".git" if hidden else not name.startswith(".")


def _fault(path: Path, field: str, expected: str, finding: str, next_move: str) -> Fault:
    return Fault(str(path), None, field, expected, finding, next_move)
