"""What becomes of a message about an incident that another tool sends: a code, and the status of HTTP that goes with it."""

from typing import Literal, NamedTuple

HookCode = Literal[
    "taken",
    "unchanged",
    "already",
    "method",
    "path",
    "request",
    "length",
    "size",
    "type",
    "rate",
    "busy",
    "secret",
    "id",
    "time",
    "unsigned",
    "signature",
    "json",
    "incident",
    "store",
]
STATUS: dict[HookCode, int] = {
    "taken": 200,
    "unchanged": 200,
    "already": 200,
    "method": 405,
    "path": 404,
    "request": 400,
    "length": 411,
    "size": 413,
    "type": 415,
    "rate": 429,
    "busy": 503,
    "secret": 503,
    "id": 400,
    "time": 401,
    "unsigned": 401,
    "signature": 401,
    "json": 400,
    "incident": 422,
    "store": 503,
}
"""Statuses of 500 and above ask the sender to try again; those of 400 to correct it."""


class HookAnswer(NamedTuple):
    """The answer, in words that repeat nothing of the message."""

    code: HookCode
    words: str

    @property
    def good(self) -> bool:
        """The incident is on the journal."""
        return STATUS[self.code] == 200
