"""The roles of deployment management (ITIL 4 deployment management 4.1); a policy may add its own."""

from orchestrator.domain.text.names import same_name

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
    """Whether two texts name one role, as people read them."""
    return same_name(role, other)


def same_person(person: str, other: str) -> bool:
    """Whether two texts name one person, as people read them."""
    return same_name(person, other)
