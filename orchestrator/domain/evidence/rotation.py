"""How a host stands at a load balancer."""

from typing import Literal

from orchestrator.domain.text.model_base import Noun


class Seen(Noun):
    """What a balancer says of a host: in rotation, out, or on its way out; `connections` that are open, where it knows."""

    state: Literal["in", "out", "draining", "unknown"]
    connections: int | None = None
    words: str
