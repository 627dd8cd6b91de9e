"""The files of an inventory: what Ansible would read of it as text, and what it would run."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

PLUGIN = re.compile(rb"^plugin\s*:", re.MULTILINE)
IGNORED = (".orig", ".bak", ".retry", ".pyc", ".pyo", ".cfg", ".md", ".swp", "~")


def unusable_sources(inventory: Path, *, dynamic_allowed: bool) -> Iterator[str]:
    """Why this inventory cannot be used: it is not there, or it would run programs that the plan does not allow."""
    if not inventory.exists():
        yield f"there is no inventory {inventory}"
    elif not dynamic_allowed:
        for path in _sources(inventory):
            if os.access(path, os.X_OK):
                yield (
                    f"{path} is executable, so Ansible would run it as a program; "
                    "set resources.dynamic_inventory: true in the plan, or take the mode bit away"
                )
            elif path.suffix in (".yml", ".yaml") and PLUGIN.search(path.read_bytes()[:65536]):
                yield f"{path} names an inventory plugin; set resources.dynamic_inventory: true in the plan"


def _sources(inventory: Path) -> list[Path]:
    if not inventory.is_dir():
        return [inventory]
    entries = sorted(inventory.iterdir())
    return [
        source
        for entry in entries
        if entry.name not in ("group_vars", "host_vars")
        and not entry.name.startswith(".")
        and not entry.name.endswith(IGNORED)
        for source in _sources(entry)
    ]
