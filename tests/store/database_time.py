"""A database whose time a test owns: what the statements of leases ask for is a number of the test's."""

from collections.abc import Callable

from sqlalchemy import ColumnElement, Connection, Double, literal

from orchestrator.adapters.store.leases.rows import DatabaseTime


class TimeOfTest(DatabaseTime):
    """The time that the test says; the server began at 0."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now

    def now(self, connection: Connection) -> ColumnElement[float]:
        return literal(self._now(), Double)

    def started(self, connection: Connection) -> ColumnElement[float]:
        return literal(0.0, Double)
