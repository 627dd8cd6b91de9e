"""Where a tree has its playbooks and its inventories, the likeliest first."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from orchestrator.adapters.ansible.inventory_sources import unusable_sources
from orchestrator.adapters.ansible.settings import configuration
from orchestrator.adapters.ansible.tree_check.playbook_files import PlaybookFiles
from orchestrator.adapters.home_paths import expanded
from orchestrator.domain.adoption.tree_reading import Inventory, TreePlaces

_FIRST = ("site", "main", "playbook", "deploy", "provision", "setup", "install")
_PLAYBOOK_FOLDERS = (".", "playbooks", "plays", "ansible", "playbook", "provisioning")
_INVENTORY_FOLDERS = ("inventories", "inventory", "environments", "hosts")
_INVENTORY_FILES = ("hosts", "inventory", "staging", "development", "test", "production")
_ENDINGS = ("", ".yml", ".yaml", ".ini", ".toml", ".cfg")
_NOT_LIVE_FIRST = re.compile(r"prod|live", re.IGNORECASE)
_NO_INVENTORY = re.compile(r"group_vars|host_vars|sample|example|README|\.md$|\.sh$", re.IGNORECASE)
_SETTINGS = (
    "pytest",
    "tox",
    "setup",
    "mypy",
    "ansible",
    "molecule",
    "uwsgi",
    "php",
    "requirements",
    "galaxy",
)
"""Files in the form of an inventory that are settings of programs."""
_LOOKED_AT = 65_536
_CONTROLLER = ("localhost", "127.0.0.1")
_OTHERS = (
    ".git",
    "docs",
    "doc",
    "examples",
    "molecule",
    "node_modules",
    "orchestrator",
    "tests",
    "test",
    "vendor",
)


def places_of(project: Path) -> TreePlaces:
    """Everything that can be named; the choice among several is the person's, or that of the order here."""
    playbooks = [path for path in _candidates(project) if _reaches_hosts(path, project)]
    playbooks.sort(key=lambda path: _rank(path, project))
    return TreePlaces(
        tuple(str(path.relative_to(project)) for path in playbooks),
        tuple(_inventories(project)),
        is_role=any((project / "tasks" / name).is_file() for name in ("main.yml", "main.yaml")),
        ignored=tuple(
            sorted(f"/{name}/" for name in _OTHERS if (project / name).is_dir() and name != ".git")
        ),
    )


def _candidates(project: Path) -> Iterator[Path]:
    for folder in _PLAYBOOK_FOLDERS:
        place = project / folder
        if place.is_dir():
            yield from sorted(path for path in place.iterdir() if _may_be_playbook(path))


def _may_be_playbook(path: Path) -> bool:
    """Not those that `orch init` wrote before."""
    return path.suffix in (".yml", ".yaml") and not path.name.startswith("orch-")


def _rank(path: Path, project: Path) -> tuple[int, int, str]:
    stem = path.stem.lower()
    known = next((number for number, word in enumerate(_FIRST) if stem == word), len(_FIRST))
    return known, len(path.relative_to(project).parts), path.name


def _reaches_hosts(path: Path, project: Path) -> bool:
    if not path.is_file():
        return False
    files = PlaybookFiles(path, project)
    hosts = [play.keys.get("hosts") for play, _ in files.plays() if "hosts" in play.keys]
    return any(pattern not in _CONTROLLER for pattern in hosts)


def _inventories(project: Path) -> Iterator[Inventory]:
    """That of ansible.cfg first, then what is no live one by its name; each once."""
    places: dict[Path, None] = {}
    for name in configuration(project).get(("defaults", "inventory"), "").split(","):
        place = project / expanded(name.strip())
        if name.strip() and place.exists():
            places[place] = None
    for place in sorted(
        _guessed(project), key=lambda path: (bool(_NOT_LIVE_FIRST.search(path.name)), str(path))
    ):
        places.setdefault(place, None)
    for place in places:
        if _has_text(place):
            yield _inventory(project, place)


def inventory_at(project: Path, given: Path) -> Inventory | None:
    """The inventory that a person named, as a path from here or from the project; None where there is none."""
    place = next((each for each in (Path.cwd() / given, project / given) if each.exists()), None)
    return None if place is None else _inventory(project, place)


def _inventory(project: Path, place: Path) -> Inventory:
    inside = place.resolve().is_relative_to(project.resolve())
    path = os.path.relpath(place.resolve(), project.resolve()) if inside else str(place)
    return Inventory(path, dynamic=any(unusable_sources(place, dynamic_allowed=False)))


def _guessed(project: Path) -> Iterator[Path]:
    for folder in _INVENTORY_FOLDERS:
        place = project / folder
        if place.is_dir():
            yield from (entry for entry in sorted(place.iterdir()) if _may_be_inventory(entry))
    for entry in sorted(project.iterdir()):
        named = entry.stem if entry.suffix in _ENDINGS else entry.name
        if (
            entry.is_file()
            and (named in _INVENTORY_FILES or entry.suffix == ".ini")
            and _may_be_inventory(entry)
        ):
            yield entry


def _may_be_inventory(entry: Path) -> bool:
    if entry.name.startswith(".") or _NO_INVENTORY.search(entry.name) or entry.stem in _SETTINGS:
        return False
    if entry.is_dir():
        return any(child.is_file() and not child.name.startswith(".") for child in entry.iterdir())
    if entry.suffix in (".yml", ".yaml"):
        text = entry.read_text(encoding="utf-8", errors="replace")[:_LOOKED_AT]
        return (
            re.search(r"^\s*(?:hosts|plugin|all)\s*:", text, re.MULTILINE) is not None
            and "playbook" not in entry.stem
        )
    return entry.suffix in _ENDINGS or os.access(entry, os.X_OK)


def _has_text(place: Path) -> bool:
    return place.is_dir() or (place.is_file() and place.stat().st_size > 0)
