"""A certificate that was renewed is taken up by the service as it runs: new connections have it."""

from __future__ import annotations

import ssl
import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

EVERY = 10.0
"""Seconds between looks at the files."""


class CertificateWatch:
    """The files of one context; what cannot be used is told once, and the context stays as it is."""

    def __init__(self, context: ssl.SSLContext, certificate: Path, key: Path) -> None:
        self._context, self._certificate, self._key = context, certificate, key
        self._taken = self._state()

    def begin(self, every: float = EVERY) -> None:
        """Look again and again, in a thread that ends with the process."""
        threading.Thread(target=self._look_on, args=(every,), name="certificate", daemon=True).start()

    def look(self) -> bool:
        """Take up the files if they have changed; whether they were. One that is half written is taken by a later look."""
        state = self._state()
        if state == self._taken or state is None:
            return False
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(
                self._certificate, self._key, password=lambda: ""
            )
            self._context.load_cert_chain(self._certificate, self._key, password=lambda: "")
        except (OSError, ssl.SSLError) as fault:
            sys.stderr.write(
                f"{self._certificate} and {self._key} have changed and cannot be used: {fault}. The service goes on with the "
                "certificate that it had.\n"
            )
            self._taken = state
            return False
        self._taken = state
        return True

    def _look_on(self, every: float) -> None:
        never = threading.Event()
        while not never.wait(every):
            self.look()

    def _state(self) -> tuple[tuple[int, int, int], ...] | None:
        try:
            seen = [file.stat() for file in (self._certificate, self._key)]
        except OSError:
            return None
        return tuple((each.st_mtime_ns, each.st_size, each.st_ino) for each in seen)
