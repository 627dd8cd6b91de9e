"""Who may do what through the service: roles, where they are given, and the rights that a route asks for."""

from typing import Annotated, Literal

from pydantic import Field

from orchestrator.domain.authority.signing import ShownName
from orchestrator.domain.text.model_base import Many, Name, Noun

Right = Literal[
    "see",
    "pause",
    "steer",
    "plan",
    "start",
    "schedule",
    "approve",
    "review",
    "see_people",
    "administer",
]
"""What a route asks for. `pause`: pause and hold; `steer`: each other word on an open deployment, such as retry or abort;
`plan`: check a plan; `start`: deploy, rehearse, roll back; `review`: reviews, actions, objectives, incidents;
`administer`: people, their roles, tokens and nodes."""

Channel = Literal["session", "token"]
"""How a person is known: logged in through a browser, or by a bearer token, which decides nothing."""

EVERYWHERE = "*"


class Grant(Noun):
    """A role of a person; `service` and `environment` say where, `*` everywhere."""

    role: ShownName
    service: Annotated[str, Field(min_length=1, max_length=200)] = EVERYWHERE
    environment: Annotated[str, Field(min_length=1, max_length=200)] = EVERYWHERE


class Place(Noun):
    """What a request is about: the service and the environment of a deployment or a plan; None where it has none."""

    service: str | None = None
    environment: str | None = None


class Access(Noun):
    """A person with their roles, and how they are known.

    `scopes` limits a token further; `allowed`: what the house lets tokens do beside what any token may.
    """

    person: ShownName
    login: Name
    grants: Many[Grant] = ()
    channel: Channel = "session"
    scopes: Many[Right] | None = None
    allowed: Many[Right] = ()
