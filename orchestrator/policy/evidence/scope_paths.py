"""Which paths the scope of a baseline captures: the same reading of paths and patterns as on the host, without the host."""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from orchestrator.domain.evidence.baseline import BaselineScope

_MOST_LINKS = 40
_LEFT_OUT = "/var/lib/orch"
"""Captured only where `files` names it."""


def is_captured(scope: BaselineScope, path: str) -> bool:
    """Whether an item of this path is in the baseline, or would be if it were there."""
    names = names_of(path)
    if names is None or any(_excludes(names, _parts(pattern)) for pattern in scope.exclude):
        return False
    if path.startswith(f"{_LEFT_OUT}/") and not any(item.startswith(_LEFT_OUT) for item in scope.files):
        return False
    return any(_stands_for(names, _parts(item)) for item in scope.files)


def is_shown(scope: BaselineScope, path: str) -> bool:
    """Whether the scope names a file whose text is kept and shown although not everybody on the host may read it."""
    names = names_of(path)
    return names is not None and any(_excludes(names, _parts(pattern)) for pattern in scope.show)


def excluded_within(scope: BaselineScope, folder: str) -> tuple[str, ...]:
    """The exclusions that take something out of a directory."""
    names = names_of(folder) or []
    return tuple(pattern for pattern in scope.exclude if _reaches_into(names, _parts(pattern)))


def names_of(path: str) -> list[str] | None:
    """The names of an absolute path, `.` and `..` resolved; None for another path."""
    if not path.startswith("/"):
        return None
    names: list[str] = []
    for name in path.split("/"):
        if name == "..":
            del names[-1:]
        elif name not in ("", "."):
            names.append(name)
    return names


def really_at(path: str, links: Mapping[str, str], *, last: bool) -> str:
    """Where a path leads through these links; `last`: its last name may be one, too. A circle ends somewhere in it."""
    rest, done, followed = names_of(path) or [], "", 0
    while rest:
        name, rest = rest[0], rest[1:]
        here = f"{done}/{name}"
        target = links.get(here) if rest or last else None
        if target is None or followed == _MOST_LINKS:
            done = here
            continue
        followed += 1
        target_names = names_of(target if target.startswith("/") else f"{done}/{target}") or []
        rest, done = [*target_names, *rest], ""
    return done or "/"


def _parts(pattern: str) -> list[str]:
    return [name for name in pattern.split("/") if name]


def _stands_for(names: Sequence[str], pattern: Sequence[str]) -> bool:
    """Whether a path is named by an item of the scope, or lies below what is; `*` matches no leading dot."""
    if not pattern:
        return True
    if pattern[0] == "**":
        return any(_stands_for(names[start:], pattern[1:]) for start in range(len(names) + 1))
    return bool(names) and _matches(names[0], pattern[0], dots=False) and _stands_for(names[1:], pattern[1:])


def _excludes(names: Sequence[str], pattern: Sequence[str]) -> bool:
    if not pattern:
        return True
    if pattern[0] == "**":
        return any(_excludes(names[start:], pattern[1:]) for start in range(len(names) + 1))
    return bool(names) and _matches(names[0], pattern[0], dots=True) and _excludes(names[1:], pattern[1:])


def _reaches_into(names: Sequence[str], pattern: Sequence[str]) -> bool:
    """Whether a pattern can match something at or below a directory."""
    if not names or not pattern or pattern[0] == "**":
        return True
    return _matches(names[0], pattern[0], dots=True) and _reaches_into(names[1:], pattern[1:])


def _matches(name: str, pattern: str, *, dots: bool) -> bool:
    if name.startswith(".") and not pattern.startswith(".") and not dots:
        return False
    return fnmatchcase(name, pattern)
