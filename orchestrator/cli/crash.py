"""Crash files: the traceback of a defect in orch, for the person who repairs it."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path

from orchestrator import __version__


def write_crash_file(error: BaseException, folders: Sequence[Path] = ()) -> Path | None:
    """Write the traceback to a new file that only the user can read; None when no folder accepts it.

    Tries the folders in order [default: the user's state folder, then the one for temporary files].
    """
    for folder in folders or (_state_folder(), Path(tempfile.gettempdir())):
        try:
            return _write(folder, _report(error))
        except OSError:
            continue
    return None


def _state_folder() -> Path:
    """The user's state folder (XDG Base Directory Specification)."""
    home = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")  # noqa: PTH111 (never raises)
    return Path(home) / "orch" / "crashes"


def _report(error: BaseException) -> str:
    # The command's arguments and what errors say are left out: both may carry a secret, and no vaulted value is kept.
    head = f"orch {__version__}, Python {platform.python_version()}, {sys.platform}; ORCH_DEBUG=1 shows what errors say\n"
    return head + "".join(f"\n{text}" for text in map(_traceback, _chain(error)))


def _chain(error: BaseException) -> list[BaseException]:
    """The error and those that led to it, the first of them first."""
    chain: list[BaseException] = []
    at: BaseException | None = error
    while at is not None and at not in chain:
        chain.insert(0, at)
        at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)
    return chain


def _traceback(error: BaseException) -> str:
    return "".join([*traceback.format_tb(error.__traceback__), f"{type(error).__qualname__}\n"])


def _write(folder: Path, text: str) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix="orch-crash-", suffix=".txt", dir=folder)
    with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(text)
    return Path(name)
