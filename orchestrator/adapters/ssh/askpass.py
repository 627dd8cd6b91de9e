"""A password for one ssh by OpenSSH's own SSH_ASKPASS: in memory alone, and only for the question of the host itself.

The program that ssh asks is a descriptor of this process too, so nothing lies in a file. It answers once ssh wants a password,
and nothing else that ssh could ask. Jump hosts ask nobody: their logins are in BatchMode.
"""

import os
from collections.abc import Iterable

# `exec cat` of a place in /proc: whoever may read that may read this process' memory too.
_PROGRAM = '#!/bin/sh\ncase "$1" in *assword*) exec cat {0};; esac\nexit 1\n'


class AskPass:
    """Two descriptors, until `close`: the program, and the password."""

    def __init__(self, password: str) -> None:
        own = f"/proc/{os.getpid()}/fd"
        self._descriptors: list[int] = []
        try:
            secret = self._in_memory(password.encode() + b"\n")
            self.program = f"{own}/{self._in_memory(_PROGRAM.format(f'{own}/{secret}').encode())}"
        except BaseException:
            self.close()
            raise

    def environment(self) -> dict[str, str]:
        """What ssh is to have: no value of it is a secret. Versions before 8.4 want a DISPLAY."""
        return {"SSH_ASKPASS": self.program, "SSH_ASKPASS_REQUIRE": "force", "DISPLAY": ":"}

    def close(self) -> None:
        """Nobody is asked any more."""
        _close(self._descriptors)
        self._descriptors = []

    def _in_memory(self, content: bytes) -> int:
        descriptor = os.memfd_create("orch-ask", os.MFD_CLOEXEC)
        self._descriptors.append(descriptor)
        os.write(descriptor, content)
        os.fchmod(descriptor, 0o700)
        return descriptor


def _close(descriptors: Iterable[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)
