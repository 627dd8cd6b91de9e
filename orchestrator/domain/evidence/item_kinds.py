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
}


def part_of(kind: str) -> BaselinePart | None:
    """The part that collects items of this kind; None for a kind that this version does not know."""
    return PART_OF_KIND.get(kind)
