"""The release plans of a project: the YAML files below its `plans/`."""

from __future__ import annotations

import os
from pathlib import Path

FOLDER, ENDINGS = "plans", (".yml", ".yaml")
MOST = 500
"""Plans of a project that are looked at."""


def plans_below(project: Path) -> list[Path]:
    """Each plan file, by path. Links are not followed out of the project."""
    files: list[Path] = []
    for folder, _, names in os.walk(project / FOLDER):
        files += [Path(folder, name) for name in names if name.endswith(ENDINGS)]
    inside = project.resolve()
    return sorted(file for file in files if file.resolve().is_relative_to(inside))[:MOST]
