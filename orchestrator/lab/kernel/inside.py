"""Stand in another network namespace for a moment: a socket made there stays there."""

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NETWORK = 0x40000000  # CLONE_NEWNET (setns(2)); os.setns comes with Python 3.12
_OWN = Path("/proc/thread-self/ns/net")


@contextmanager
def network_of(space: str | None) -> Iterator[None]:
    """This thread, and no other, is in that namespace while the block runs; None leaves it where it is. Raises OSError."""
    if space is None:
        yield
        return
    own = os.open(_OWN, os.O_RDONLY | os.O_CLOEXEC)
    try:
        other = os.open(Path("/run/netns") / space, os.O_RDONLY | os.O_CLOEXEC)
        try:
            _enter(other)
        finally:
            os.close(other)
        try:
            yield
        finally:
            _enter(own)
    finally:
        os.close(own)


def _enter(descriptor: int) -> None:
    if ctypes.CDLL(None, use_errno=True).setns(descriptor, _NETWORK) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
