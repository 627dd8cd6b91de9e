"""An anchor that is a file, on another disk: each checkpoint is a line of JSON."""

import json
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from orchestrator.domain.seal.anchors import Laid, Silent
from orchestrator.domain.text.plain_text import plain

LARGEST = 256 << 20
"""Bytes of a file that are read: half a million checkpoints."""


def lay(path: Path, origin: str, note: str, at: datetime) -> Laid | Silent:
    """Append the note and sync the file. Of what another process was killed over, the end of the line is written first."""
    line = json.dumps({"origin": origin, "at": at.isoformat(), "checkpoint": note}) + "\n"
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        try:
            size = os.fstat(descriptor).st_size
            whole = size == 0 or os.pread(descriptor, 1, size - 1) == b"\n"
            os.write(descriptor, (line if whole else f"\n{line}").encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        return Silent("down", plain(f"{path}: {error.strerror}", 300))
    return Laid(at)


def outside(path: Path, origin: str) -> Sequence[str] | Silent:
    """The notes of this store in the file; a line that was cut off is none."""
    try:
        with path.open("rb") as stream:
            content = stream.read(LARGEST + 1)
    except FileNotFoundError:
        return ()
    except OSError as error:
        return Silent("unreadable", plain(f"{path}: {error.strerror}", 300))
    if len(content) > LARGEST:
        return Silent("unreadable", f"{path} is larger than {LARGEST >> 20} MiB")
    return [note for line in content.splitlines() if (note := _note(line, origin))]


def _note(line: bytes, origin: str) -> str:
    try:
        entry = json.loads(line)
        note = entry["checkpoint"] if entry["origin"] == origin else ""
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return note if isinstance(note, str) else ""
