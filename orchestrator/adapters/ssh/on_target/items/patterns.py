"""Paths and shell patterns of a baseline's scope: `*`, `?`, `[...]` within one name, `**` for any directories between."""

from __future__ import annotations

import os
import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Iterator

    Fault = Callable[[str, OSError], None]


def is_pattern(path: str) -> bool:
    """Whether a path stands for several."""
    return any(character in path for character in "*?[")


def names_of(path: str) -> list[str]:
    """The names a path is made of."""
    return [name for name in path.split("/") if name]


def excluded(names: list[str], pattern: list[str]) -> bool:
    """Whether a path matches a pattern, or lies below what does."""
    if not pattern:
        return True
    if pattern[0] == "**":
        return any(excluded(names[start:], pattern[1:]) for start in range(len(names) + 1))
    return bool(names) and _matches(names[0], pattern[0]) and excluded(names[1:], pattern[1:])


def matches(names: list[str], pattern: list[str]) -> bool:
    """Whether a path matches a pattern without `**`, name by name."""
    return len(names) == len(pattern) and all(map(_matches, names, pattern))


def _matches(name: str, pattern: str) -> bool:
    if not is_pattern(pattern):
        return name == pattern
    start, star, end = pattern.partition("*")
    if star and not is_pattern(start + end):
        return len(name) >= len(start) + len(end) and name.startswith(start) and name.endswith(end)
    from fnmatch import fnmatchcase  # with all of `re`, for what few scopes have

    return fnmatchcase(name, pattern)


def expand(pattern: str, fault: Fault) -> list[str]:
    """The paths that a pattern names, in order; a directory that cannot be read is a fault, not an empty one.

    As in a shell, `*` does not match a name that begins with a dot.
    """
    return sorted(set(_expand("/", names_of(pattern), fault)))


def _expand(base: str, parts: list[str], fault: Fault) -> Iterator[str]:
    if not parts:
        yield base
        return
    part, rest = parts[0], parts[1:]
    if part == "**":
        yield from _expand(base, rest, fault)
        for name in _listed(base, fault):
            if _is_directory(os.path.join(base, name)):
                yield from _expand(os.path.join(base, name), parts, fault)
        return
    for name in _named(base, part, fault):
        yield from _expand(os.path.join(base, name), rest, fault)


def _named(base: str, part: str, fault: Fault) -> list[str]:
    if not is_pattern(part):
        return [part] if os.path.lexists(os.path.join(base, part)) else []
    matching = [name for name in _listed(base, fault) if _matches(name, part)]
    return [name for name in matching if part.startswith(".") or not name.startswith(".")]


def _listed(directory: str, fault: Fault) -> list[str]:
    try:
        return sorted(os.listdir(directory))
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        fault(directory, error)
        return []


def _is_directory(path: str) -> bool:
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except OSError:
        return False
