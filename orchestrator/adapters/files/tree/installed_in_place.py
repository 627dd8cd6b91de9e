"""Digests collections and roles where they are installed: one digest of all files of each, equal on all machines."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from orchestrator.adapters.files.tree.playbook_tree import MOST_FILES, file_digest
from orchestrator.domain.plan.installed import InstalledPart
from orchestrator.errors import Fault, PlanFault

_FOLDERS = frozenset({"__pycache__", ".git"})
_WHEN = ".galaxy_install_info"
"""When and where from a role was installed: that differs from machine to machine."""


def installed_in_place(parts: Iterable[InstalledPart]) -> dict[str, str]:
    """SHA-256 by the part's name; one that is gone is left out. Raises PlanFault for what cannot be digested."""
    digests: dict[str, str] = {}
    faults: list[Fault] = []
    for part in parts:
        place = Path(part.place)
        if not place.is_dir():
            continue
        try:
            digests[part.part] = _digest(place)
        except (OSError, RuntimeError, ValueError) as error:
            why = getattr(error, "strerror", None) or str(error)
            expected = f"a {part.kind} that can be digested where it is installed"
            faults.append(
                Fault(str(place), None, "", expected, why, "correct it, or install it into the project")
            )
    if faults:
        raise PlanFault(faults)
    return digests


def _digest(place: Path) -> str:
    whole, seen, count = hashlib.sha256(b"installed 1\n"), set[str](), 0
    for here, folders, files in os.walk(place, followlinks=True):
        real = os.path.realpath(here)
        folders[:] = sorted(name for name in folders if name not in _FOLDERS) if real not in seen else []
        if real in seen:
            continue
        seen.add(real)
        for name in sorted(files):
            if name != _WHEN:
                path = os.path.relpath(os.path.join(here, name), place)  # noqa: PTH118 - it is called often
                digest = file_digest(Path(here, name).resolve(strict=True))
                whole.update(f"{path}\0{digest}\n".encode("utf-8", "surrogateescape"))
                count += 1
        if count > MOST_FILES:
            raise ValueError(f"more than {MOST_FILES:,} files")
    return whole.hexdigest()
