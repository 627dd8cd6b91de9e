"""The kinds of configuration items, and the part of the baseline that each belongs to."""

from collections.abc import Mapping

from orchestrator.domain.evidence.baseline import BaselinePart

PART_OF_KIND: Mapping[str, BaselinePart] = {
    "file": "files",
    "package": "packages",
    "unit": "units",
    "port": "ports",
    "user": "users",
    "group": "users",
    "passwd line": "users",
    "group line": "users",
    "sysctl": "sysctl",
    "command": "commands",
    "fact": "facts",
    "python package": "packages",
    "timer": "units",
    "password": "users",
    "group password": "users",
    "shadow line": "users",
    "system file": "system",
    "system folder": "system",
    "set-uid file": "system",
    "mount": "system",
    "kernel parameters": "system",
    "kernel module": "system",
    "firewall": "system",
    "host": "system",
}
PATHS = frozenset({"file", "system file", "system folder", "set-uid file"})
"""Kinds whose items are named by their paths."""


def part_of(kind: str) -> BaselinePart | None:
    """The part that collects items of this kind; None for a kind that this version does not know."""
    return PART_OF_KIND.get(kind)
