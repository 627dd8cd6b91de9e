"""An event as it is stored."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RawEvent:
    """An event as it is stored, whatever is in it: nothing of it is validated."""

    at: str
    kind: str
    body: str
