"""Visits whose caller was killed, and folders of visits that nobody needs any more."""

import json
import os
import shutil
from contextlib import suppress
from pathlib import Path

from orchestrator.adapters import process
from orchestrator.adapters.process import ProcessId
from orchestrator.domain.text.foreign_json import read_object
from orchestrator.engine.ports import PlaybookRuns
from orchestrator.errors import OrchError

KEPT = 20
"""Folders of visits that are kept of a deployment, the newest; what they showed is on its journal."""
_STARTERS = ".visits"
_BEGUN = ".begun"


def mark_starter(root: Path, attempt: str) -> None:
    """Note which process waits for the visit."""
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = root / _STARTERS
    folder.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(folder / attempt, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(process.identity()._asdict(), file)


def clear_up(runs: PlaybookRuns, root: Path, deployment: str) -> None:
    """End visits of this deployment that nobody waits for, and remove the folders of all but the newest."""
    begun = sorted(path.name for path in (root / _STARTERS).glob(f"{deployment}.visit-*"))
    over = []
    for attempt in begun:
        if _is_awaited(root / _STARTERS / attempt):
            continue
        with suppress(OrchError):
            # Also where its worker was killed: what that had started goes on.
            at_work = (root / attempt).is_dir() and runs.sight(attempt).state in ("running", "dead")
            if not at_work or runs.stop(attempt):
                over.append(attempt)
    for attempt in over[: max(0, len(over) - KEPT)]:
        shutil.rmtree(root / attempt, ignore_errors=True)
        (root / _STARTERS / attempt).unlink(missing_ok=True)
        (root / _BEGUN / attempt).unlink(missing_ok=True)


def _is_awaited(mark: Path) -> bool:
    """Whether the process that began it is there, and is another than this one, whose visits are over."""
    try:
        given = read_object(mark.read_bytes())
        starter = ProcessId(int(given["pid"]), int(given["started"]), str(given["boot"]))
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return starter.pid != os.getpid() and process.alive(starter)
