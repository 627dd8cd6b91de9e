"""Files and lines of a person's shells: written once, recognised by their mark, and taken away again."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from orchestrator.errors import Refused, StoreFault

MARK = "# completion of orch"
"""In the first lines of each file, and at the end of each line, that orch has written."""


def written(file: Path, text: str) -> bool:
    """Write a file of ours; False where it is so already. Raises Refused for a file of another's, StoreFault."""
    there = _text(file)
    if there == text:
        return False
    if there is not None and MARK not in there[:500]:
        raise Refused(f"{file} is there already, and orch has not written it: move it away, then again.")
    _replace(file, text)
    return True


def removed(file: Path) -> bool:
    """Remove a file of ours; False where there is none. Raises Refused for a file of another's, StoreFault."""
    there = _text(file)
    if there is None:
        return False
    if MARK not in there[:500]:
        raise Refused(f"{file} is not a file that orch has written: it stays.")
    try:
        file.unlink()
    except OSError as error:
        raise _cannot(file, error) from None
    return True


def line_added(file: Path, line: str) -> bool:
    """Have a line of ours in a file, in place of an older one; False where it is there already. Raises StoreFault."""
    there = _text(file) or ""
    marked = f"{line}  {MARK}"
    if marked in there.splitlines():
        return False
    kept = _without_ours(there)
    _replace(file, f"{kept}{'' if not kept or kept.endswith(chr(10)) else chr(10)}{marked}\n")
    return True


def line_removed(file: Path) -> bool:
    """Take our line out of a file; False where there is none. Raises StoreFault."""
    there = _text(file)
    kept = _without_ours(there or "")
    if there is None or kept == there:
        return False
    _replace(file, kept)
    return True


def _without_ours(text: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not line.rstrip("\n").endswith(MARK))


def _text(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8", errors="surrogateescape")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreFault(f"{file} cannot be read: {error.strerror}.") from None


def _replace(file: Path, text: str) -> None:
    """At once or not at all; where it is a link, what it leads to, and with the rights that it had."""
    target = file.resolve()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o644
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogateescape") as new:
                new.write(text)
            Path(name).chmod(mode)
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise _cannot(file, error) from None


def _cannot(file: Path, error: OSError) -> StoreFault:
    return StoreFault(f"{file} cannot be written: {error.strerror}.")
