"""The one place that decides what a person may do through the service: everything that this table does not allow is refused."""

from collections.abc import Mapping
from typing import get_args

from orchestrator.domain.authority.access import EVERYWHERE, Access, Grant, Place, Right
from orchestrator.domain.plan.roles import same_role
from orchestrator.domain.text.names import same_name

VIEWER, PRACTITIONER, ADMINISTRATOR = "viewer", "practitioner", "administrator"
DEPLOYMENT_MANAGER, CHANGE_MANAGER, SERVICE_OWNER = "deployment manager", "change manager", "service owner"

RIGHTS: Mapping[str, frozenset[Right]] = {
    VIEWER: frozenset({"see"}),
    PRACTITIONER: frozenset({"see", "pause", "steer", "plan", "start"}),
    DEPLOYMENT_MANAGER: frozenset(
        {"see", "pause", "steer", "plan", "start", "schedule", "approve", "review"}
    ),
    CHANGE_MANAGER: frozenset({"see", "pause", "schedule", "approve", "review", "see_people"}),
    SERVICE_OWNER: frozenset({"see", "pause", "steer", "approve", "review"}),
    ADMINISTRATOR: frozenset({"see", "see_people", "administer"}),
}
"""The rights of each role of the service (ITIL 4 Deployment management, 4.1). An administrator approves and steers nothing."""

POLICY_ROLE: frozenset[Right] = frozenset({"see", "pause", "steer", "approve", "review"})
"""Of a role that only policies name: its word is asked for at gates, decisions and reviews, and is still signed by its key."""

OF_TOKENS: frozenset[Right] = frozenset({"see", "pause", "plan"})
"""What any bearer token can do: it reads, checks plans, pauses and holds, and decides nothing."""

BY_THE_HOUSE: frozenset[Right] = frozenset({"start", "schedule"})
"""What a house may let tokens do beside (service.yml, `tokens`): begin what people approve by their keys. Never more."""

TOKEN_SCOPES: frozenset[Right] = OF_TOKENS | BY_THE_HOUSE
"""What a token can be made for."""

ALL_RIGHTS: frozenset[Right] = frozenset(get_args(Right))


def may(access: Access, right: Right, place: Place | None = None) -> bool:
    """Whether this person has the right there; without a place, whether they have it anywhere."""
    if access.channel == "token" and right not in OF_TOKENS | (BY_THE_HOUSE & {*access.allowed}):
        return False
    if access.scopes is not None and right not in access.scopes:
        return False
    return any(right in rights_of(grant.role) and _covers(grant, place) for grant in access.grants)


def roles_at(access: Access, place: Place) -> tuple[str, ...]:
    """The roles that this person has there, each once."""
    return tuple(dict.fromkeys(grant.role for grant in access.grants if _covers(grant, place)))


def rights_of(role: str) -> frozenset[Right]:
    """What this role may do."""
    return next((rights for name, rights in RIGHTS.items() if same_role(name, role)), POLICY_ROLE)


def _covers(grant: Grant, place: Place | None) -> bool:
    if place is None:
        return True
    return _is(grant.service, place.service) and _is(grant.environment, place.environment)


def _is(given: str, there: str | None) -> bool:
    return given == EVERYWHERE or (there is not None and same_name(given, there))
