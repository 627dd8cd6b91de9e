"""How a request ends: with an answer, or without one."""

from __future__ import annotations

from typing import NamedTuple


class Ended(NamedTuple):
    """Exit code (128 and the signal where one ended it) and both outputs."""

    code: int
    out: bytes
    err: bytes


class Lost(Exception):
    """ssh could not connect or went away, or the host spoke nonsense: nobody knows what became of the request."""

    def __init__(self, code: int, err: bytes) -> None:
        super().__init__(err.decode(errors="replace"))
        self.code, self.err = code, err


class NoAgent(Lost):
    """ssh works, and the host has no Python that the agent can run under."""


class Overdue(Exception):
    """The deadline passed; what ran was ended as far as the login user may end it."""


class Refused(Exception):
    """Another user was not become; `kind` is `incorrect`, `missing` or `silent`, and the output is what was said."""

    def __init__(self, kind: str, out: bytes, err: bytes) -> None:
        super().__init__(kind)
        self.kind, self.out, self.err = kind, out, err
