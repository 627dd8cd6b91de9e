"""A database whose time a test owns: what the statements of leases ask for is a number of the test's."""

from collections.abc import Callable

import pytest
from sqlalchemy import ColumnElement, Connection, Double, literal

from orchestrator.adapters.store.leases import rows


class _Times:
    """When the server says that it began, and what time it has."""

    def __init__(self, now: Callable[[], float], started: Callable[[], float]) -> None:
        self._now, self._started = now, started

    def __call__(self, words: dict[str, str], connection: Connection) -> ColumnElement[float]:
        moment = self._started() if words is rows._STARTED else self._now()
        return literal(moment, Double)


def at_database_time(
    monkeypatch: pytest.MonkeyPatch, now: Callable[[], float], started: Callable[[], float] = lambda: 0.0
) -> None:
    """From now on the database has the test's time, and began when the test says."""
    monkeypatch.setattr(rows, "_number", _Times(now, started))
