"""Command lines over a fleet in memory."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

from orchestrator.cli.main import run
from orchestrator.cli.wiring import Wiring
from orchestrator.engine.ports import Drivers, Ports
from tests.worlds.fleet import Fleet


class FleetWiring(Wiring):
    """The ports and drivers of a fleet, whatever a command is for."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet

    def ports(self) -> Ports:
        return self._fleet.ports

    def ports_to_look(self) -> Ports:
        return self._fleet.ports

    def ports_to_watch(self) -> Ports:
        return self._fleet.ports

    def ports_to_check(self) -> Ports:
        return self._fleet.ports

    def has_journal(self) -> bool:
        return True

    def ports_to_start(self, plan: Path) -> Ports:
        return self._fleet.ports

    def drivers(self) -> Drivers:
        return self._fleet.drivers


@contextmanager
def typed(text: str) -> Iterator[None]:
    """What a command reads where it asks, as if it came through a pipe."""
    before, sys.stdin = sys.stdin, StringIO(text)
    try:
        yield
    finally:
        sys.stdin = before


def orch(fleet: Fleet, words: Sequence[str]) -> int:
    """Run one command line over a fleet; its exit code."""
    return run(words, wiring=FleetWiring(fleet))
