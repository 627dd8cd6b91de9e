"""An objection of a rule to a plan, before its file and line are known."""

from typing import NamedTuple


class Objection(NamedTuple):
    """One objection to a plan, at a path such as `strategy.waves[1]`."""

    path: str
    expected: str
    found: str
    next_move: str
