"""The password to become root that a person gave: in the memory of who drives, and for a run's Ansible in a pipe, read once."""

import os
import threading
from pathlib import Path

_NAME = "orch-become"


class GivenPassword:
    """It is in memory, where a worker that this process starts reads it; with this process it is gone."""

    def __init__(self, password: str) -> None:
        self._descriptor = os.memfd_create(_NAME, os.MFD_CLOEXEC)
        os.write(self._descriptor, password.encode())

    @classmethod
    def of(cls, password: str | None) -> "GivenPassword | None":
        """None for none."""
        return None if password is None else cls(password)

    @property
    def place(self) -> str:
        """Where it is, for a process of the same user."""
        return f"/proc/{os.getpid()}/fd/{self._descriptor}"

    def __del__(self) -> None:
        os.close(self._descriptor)


def pipe_of(place: str, control: Path) -> Path:
    """A pipe from which Ansible reads the password once. Raises LookupError where whoever had it is gone."""
    try:
        if not str(Path(place).readlink()).startswith(f"/memfd:{_NAME}"):
            raise LookupError(_GONE)
        password = Path(place).read_bytes()
    except OSError:
        raise LookupError(_GONE) from None
    pipe = control / "become"
    os.mkfifo(pipe, 0o600)
    threading.Thread(target=_write, args=(pipe, password), daemon=True).start()
    return pipe


_GONE = "the password to become root is gone with the process that was given it"


def _write(pipe: Path, password: bytes) -> None:
    pipe.write_bytes(password + b"\n")
