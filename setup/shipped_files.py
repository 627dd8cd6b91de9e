"""Adds to a wheel what a checkout has beside the package: the example, models, docs; adapters/files/shipped.py reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from pathspec import GitIgnoreSpec

SHIPPED = (
    "checks", "dml", "docs", "environments", "examples", "inventories", "models", "plans", "playbooks", "policies",
    "rollback", "README.md", "CHANGELOG.md", "constraints.txt", "Containerfile",
)  # fmt: skip


def shipped_files(root: Path) -> list[Path]:
    """The files below SHIPPED, relative to the root, without those that git ignores: what a lab wrote, and caches."""
    ignored = GitIgnoreSpec.from_lines((root / ".gitignore").read_text(encoding="utf-8").splitlines())
    files = []
    for name in SHIPPED:
        place = root / name
        for file in sorted(place.rglob("*")) if place.is_dir() else [place]:
            relative = file.relative_to(root)
            if not file.is_dir() and not ignored.match_file(relative.as_posix()):
                files.append(relative)
    return files


class ShippedFiles(BuildHookInterface[Any]):
    """hatchling's hook: each shipped file goes into `orchestrator/shipped`. An editable install has them where they are."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add them to what the wheel includes anyway."""
        if version == "editable":
            return
        root = Path(self.root)
        for file in shipped_files(root):
            build_data["force_include"][str(root / file)] = f"orchestrator/shipped/{file.as_posix()}"
