"""The flags of a file that chattr(1) sets and that keep even root from changing it: immutable, append-only."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_GET_FLAGS = 0x80086601
_GET_FLAGS_ELSEWHERE = 0x40086601
"""FS_IOC_GETFLAGS of linux/fs.h; these machines number ioctls in another way."""
_ELSEWHERE = ("mips", "ppc", "powerpc", "sparc", "alpha")
_WORDS = ((0x10, "immutable"), (0x20, "append-only"))
_request = _GET_FLAGS_ELSEWHERE if os.uname().machine.startswith(_ELSEWHERE) else _GET_FLAGS


def of(descriptor: int) -> dict[str, Any]:
    """The flags of an open file, as an attribute where there are any; none where the file system knows none."""
    import fcntl

    try:
        answer = fcntl.ioctl(descriptor, _request, b"\0" * 8)
    except OSError:
        return {}
    flags = int.from_bytes(answer[:4], sys.byteorder)
    words = [word for bit, word in _WORDS if flags & bit]
    return {"flags": ", ".join(words)} if words else {}


def of_folder(path: str) -> dict[str, Any]:
    """The same of a folder."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY)
    except OSError:
        return {}
    try:
        return of(descriptor)
    finally:
        os.close(descriptor)
