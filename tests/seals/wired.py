"""The real ports over a home, for what seals need of them."""

from pathlib import Path

from orchestrator.bootstrap import ports_to_look
from orchestrator.engine.ports import Ports


def ports_of(place: Path) -> Ports:
    """The ports, each loaded when it is first used."""
    return ports_to_look(place)
