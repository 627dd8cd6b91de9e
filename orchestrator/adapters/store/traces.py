"""What deployments leave beside the journal: it tells of a journal that was lost, or that is an older copy."""

import re
from pathlib import Path

from orchestrator.domain.journal.events import HOUSE
from orchestrator.errors import StoreFault

ATTEMPTS = ("attempts", "begun")
"""Folders that name each attempt that was begun."""
VISITS = ("visits", "visits/.begun", "visits/.visits")
"""Folders that name visits to hosts without ssh; a plan that is only looked at has such visits too."""
OF_DEPLOYMENTS = (*ATTEMPTS, "frozen", "ballast")
"""Folders that hold something only when there was a deployment."""
CLAIMS = "drivers"
"""A folder that holds something only when there was a journal."""
_ATTEMPT = re.compile(r".+\.\d+-(?:deploy|backout)")
_OF_NONE = HOUSE.partition(".")[0] + "."
"""The claims of commands that are about no deployment begin so."""


def attempts_beside(home: Path) -> frozenset[str]:
    """The names of all attempts that left something in this home."""
    names = (name for folder in ATTEMPTS for name in _names(home / folder))
    return frozenset(name for name in names if _ATTEMPT.fullmatch(name))


def refuse_if_gone(file: Path) -> None:
    """Raises StoreFault where there is no journal, or an empty one, beside what deployments left.

    A new journal there would know of no deployment that is half done, and of no machine that is held.
    """
    if _there(file):
        return
    left = _left(file, *OF_DEPLOYMENTS, CLAIMS)
    if left and not _there(file):  # another process may have begun it just now
        raise _lost(file, "empty" if file.exists() else "gone", left)


def refuse_if_all_are_gone(file: Path) -> None:
    """Raises StoreFault where a journal that knows no deployment is beside what deployments left: their events are lost."""
    left = _left(file, *OF_DEPLOYMENTS)
    if left:
        raise _lost(file, "without a single deployment", left)


def _lost(file: Path, how: str, left: list[str]) -> StoreFault:
    return StoreFault(
        f"The journal {file} is {how}, and {' and '.join(left)} beside it hold what deployments left: hosts may be half "
        "done. Restore the journal from a backup. To begin anew all the same, look after the hosts, then move the folder "
        f"away: mv {file.parent} {file.parent}.old"
    )


def _there(file: Path) -> bool:
    return file.exists() and file.stat().st_size > 0


def _left(file: Path, *names: str) -> list[str]:
    folders = [name for name in names if _names(file.parent / name)]
    # Its log outlives a journal that was removed; SQLite would throw it away with what it holds.
    log = file.with_name(f"{file.name}-wal")
    return [*folders, *([log.name] if not _there(file) and _there(log) else [])]


def _names(folder: Path) -> list[str]:
    try:
        names = [path.name for path in folder.iterdir()]
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [name for name in names if not name.startswith((".", _OF_NONE))]
