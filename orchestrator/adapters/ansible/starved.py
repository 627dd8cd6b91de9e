"""What this machine lacks while an attempt is about to begin: space, inodes, descriptors. No host has seen anything then."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from orchestrator.adapters.ansible.attempt_folder import AttemptFolder
from orchestrator.domain.evidence.run_evidence import RunExit
from orchestrator.errors import StoreFault
from orchestrator.policy.evidence.verdict import never_ran

LACKS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EROFS})
_MOVE = "Make room on its file system (space and inodes), or see that it is mounted writable, then go on: orch resume."


def lacked(error: BaseException) -> str | None:
    """What the machine lacks, in the system's words; None if that is not why it failed."""
    if isinstance(error, OSError) and error.errno in LACKS:
        return os.strerror(error.errno)
    return None


def finish_starved(folder: AttemptFolder, lack: str, started: datetime) -> None:
    """Write that the attempt ran nothing, and why. What it wrote so far makes room for that."""
    end = RunExit(started_at=started, ended_at=datetime.now(UTC))
    outcome = never_ran(folder.request(), end, (f"this machine had no room for the run: {lack}",))
    folder.forget()
    with suppress(OSError):
        folder.output.unlink(missing_ok=True)
    folder.finish(outcome.model_copy(update={"starved": lack}))


@contextmanager
def store_fault_of(task: str, root: Path) -> Iterator[None]:
    """Turn errors of the disk below `root` into StoreFault; `task` names what could not be done."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise StoreFault(
            f"{task}: its folder below {root} cannot be read or written ({reason}). {_MOVE}"
        ) from error
