"""The roles of deployment management (ITIL 4 deployment management 4.1); a policy may add its own."""

from functools import lru_cache

ROLES = (
    "deployment manager",
    "deployment practitioner",
    "release packaging and build practitioner",
    "change manager",
    "service owner",
    "service validation and testing manager",
    "customer",
)


def same_role(role: str, other: str) -> bool:
    """Whether two texts name one role; case and spaces are ignored."""
    return _folded(role) == _folded(other)


def same_person(person: str, other: str) -> bool:
    """Whether two texts name one person; case and spaces are ignored."""
    return _folded(person) == _folded(other)


@lru_cache(maxsize=1024)
def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
