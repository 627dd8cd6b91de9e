"""What a rule holds against a plan, before it is known in which file and line the plan says it."""

from typing import NamedTuple


class Objection(NamedTuple):
    """One thing a rule holds against a plan, at a path such as `strategy.waves[1]`."""

    path: str
    expected: str
    found: str
    next_move: str
