"""The variables in files of an inventory, with every value that a host or a group has; nothing of it is run."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from orchestrator.adapters.ansible.tree_check.playbook_files import mapping_in

_LARGEST = 1_000_000
_SECTION = re.compile(r"\[([^\]]*)\]")
_ASSIGNED = re.compile(r"([A-Za-z_]\w*)\s*=\s*(.*)", re.DOTALL)


def inventory_variables(inventory: Path) -> Iterator[Mapping[str, Any]]:
    """One mapping for each place that gives values. Programs are left alone."""
    for path in sorted(inventory.glob("*")) if inventory.is_dir() else [inventory]:
        if path.is_file() and not path.name.startswith("."):
            if path.suffix in (".yml", ".yaml"):
                yield from _of_groups(mapping_in(path))
            elif not os.access(path, os.X_OK):
                yield from _of_lines(path)


def _of_groups(groups: Any, depth: int = 0) -> Iterator[Mapping[str, Any]]:
    for group in groups.values() if isinstance(groups, Mapping) and depth < 16 else []:
        if isinstance(group, Mapping):
            hosts = group.get("hosts")
            each = hosts.values() if isinstance(hosts, Mapping) else []
            yield from (values for values in (group.get("vars"), *each) if isinstance(values, Mapping))
            yield from _of_groups(group.get("children"), depth + 1)


def _of_lines(path: Path) -> Iterator[Mapping[str, Any]]:
    if path.stat().st_size > _LARGEST:
        return
    section = ""
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        text = line.strip()
        found_section = _SECTION.match(text)
        if found_section:
            section = found_section[1]
        elif text and text[0] not in "#;" and not section.endswith(":children"):
            yield dict(_assigned([text] if section.endswith(":vars") else _words(text)[1:]))


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text, comments=True)
    except ValueError:
        return text.split()


def _assigned(words: list[str]) -> Iterator[tuple[str, str]]:
    for match in map(_ASSIGNED.fullmatch, words):
        if match:
            yield match[1], match[2].strip("\"'")
