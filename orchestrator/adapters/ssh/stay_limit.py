"""How many connections may stay at once: each is a child and its pipes here, and a waiting Python on its host."""

from functools import cache

from orchestrator.adapters.process import raise_descriptor_limit

STAY_AT_MOST = 400
_OF_EACH = 4
"""Input, output, complaints, and ssh's log."""
_OF_OTHERS = 400
"""Descriptors for those that do not stay, and for all else that this process has open."""


@cache
def stay_at_most() -> int:
    """The connections that this process has the descriptors for."""
    return max(1, min(STAY_AT_MOST, (raise_descriptor_limit() - _OF_OTHERS) // _OF_EACH))
