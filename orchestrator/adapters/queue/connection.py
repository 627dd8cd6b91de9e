"""A connection to the queue's database for code that waits: Procrastinate's connector, on an event loop of its own."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any, LiteralString, TypeVar

import procrastinate
import psycopg
from procrastinate import exceptions
from procrastinate.manager import JobManager
from psycopg.conninfo import conninfo_to_dict

from orchestrator.adapters.queue.tables import TABLES, TABLES_LOCK
from orchestrator.adapters.server_waits import waits_beside
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import StoreFault

T = TypeVar("T")
_PATIENCE = 30.0
"""Seconds for one question to the database."""
_AGAIN = 1.0
"""Seconds before a server that is away is asked once more."""


class QueueConnection:
    """Opened with the first question. The tables are made then, where they are missing; all questions raise StoreFault."""

    def __init__(self, url: str, *, most: int = 4, patience: float = 0.0) -> None:
        """`url`: as ORCH_STORE_URL has it; `most`: connections to the server.

        `patience`: seconds for which a server that is away is waited for. A statement that broke off is asked again then,
        though it may have been carried out: only where that does no harm.
        """
        self.url = plain_url(url)
        self._most, self._patient = most, patience
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._connector: procrastinate.PsycopgConnector | None = None

    def ask(self, question: Callable[[JobManager], Coroutine[Any, Any, T]]) -> T:
        """The answer to a question of Procrastinate's. Raises StoreFault."""
        return self._answered(lambda connector: question(JobManager(connector)))

    def _answered(
        self,
        question: Callable[[procrastinate.PsycopgConnector], Coroutine[Any, Any, T]],
        patience: float | None = None,
    ) -> T:
        until = time.monotonic() + (self._patient if patience is None else patience)
        while True:
            try:
                return self._run(question(self._opened()))
            except StoreFault as fault:
                if time.monotonic() >= until or not is_away(fault.__cause__):
                    raise
            except (exceptions.ProcrastinateException, OSError, TimeoutError) as fault:
                if time.monotonic() >= until or not is_away(fault):
                    raise _store_fault(fault) from fault
            time.sleep(_AGAIN)

    def rows(self, query: LiteralString, **values: Any) -> list[dict[str, Any]]:
        """The rows of a statement, which is a transaction of its own. Raises StoreFault."""
        return list(self._answered(lambda to: to.execute_query_all_async(query, **values)))

    def rows_at_once(self, query: LiteralString, **values: Any) -> list[dict[str, Any]]:
        """The same without patience: what begins something must not be done when its driver's claim is over."""
        return list(self._answered(lambda to: to.execute_query_all_async(query, **values), 0.0))

    def act(self, query: LiteralString, **values: Any) -> None:
        """Carry out a statement that has no rows. Raises StoreFault."""
        self._answered(lambda to: to.execute_query_async(query, **values))

    def there(self) -> bool:
        """Whether the tables are there already; it makes none. Raises StoreFault."""
        if self._connector is not None:
            return True
        try:
            return asyncio.run(_has_tables(self.url))
        except (exceptions.ProcrastinateException, OSError, TimeoutError) as fault:
            raise _store_fault(fault) from fault

    def close(self) -> None:
        """Close the connections; the next question opens new ones."""
        with self._lock:
            connector, loop = self._connector, self._loop
            self._connector = self._loop = None
        if connector is not None and loop is not None:
            asyncio.run_coroutine_threadsafe(connector.close_async(), loop).result(_PATIENCE)
            loop.call_soon_threadsafe(loop.stop)

    def _opened(self) -> procrastinate.PsycopgConnector:
        with self._lock:
            if self._connector is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=self._loop.run_forever, name="queue", daemon=True).start()
                connector = connector_to(self.url, most=self._most)
                try:
                    self._run(_open(connector))
                except (exceptions.ProcrastinateException, OSError, TimeoutError) as fault:
                    self._loop.call_soon_threadsafe(self._loop.stop)
                    raise _store_fault(fault) from fault
                self._connector = connector
            return self._connector

    def _run(self, question: Coroutine[Any, Any, T]) -> T:
        loop = self._loop
        if loop is None:
            raise StoreFault("The queue was closed while it was asked.")
        return asyncio.run_coroutine_threadsafe(question, loop).result(_PATIENCE * 2)


def connector_to(
    url: str,
    *,
    most: int,
    kind: type[procrastinate.PsycopgConnector] = procrastinate.PsycopgConnector,
    seconds: float = _PATIENCE,
) -> procrastinate.PsycopgConnector:
    """Not opened yet. A server that vanished is noticed, as by the store. `seconds`: to wait for a connection."""
    waits = waits_beside(conninfo_to_dict(url))
    return kind(conninfo=url, kwargs=waits, min_size=1, max_size=most, timeout=seconds)


async def _open(connector: procrastinate.PsycopgConnector) -> None:
    """Open it, and make the tables: one process at a time, for PostgreSQL makes no type twice."""
    await connector.open_async()
    try:
        await connector.execute_query_async(TABLES_LOCK + _own_schema() + TABLES)
    except BaseException:
        await connector.close_async()
        raise


async def _has_tables(url: str) -> bool:
    connector = connector_to(url, most=1)
    await connector.open_async()
    try:
        [row] = await connector.execute_query_all_async(
            "SELECT to_regclass('orch_calls') IS NOT NULL AS there"
        )
        return bool(row["there"])
    finally:
        await connector.close_async()


def _own_schema() -> str:
    """Procrastinate's schema, made where it is not there yet: as it is, it is a script for an empty database."""
    script = procrastinate.schema.SchemaManager.get_schema().replace("%", "%%")
    return (
        "DO $orch$ BEGIN IF to_regclass('procrastinate_jobs') IS NULL THEN EXECUTE $orchq$"
        + script
        + "$orchq$; END IF; END $orch$;\n"
    )


def is_away(fault: BaseException | None) -> bool:
    """Whether the server was not reached, or the line broke."""
    return isinstance(fault, OSError | TimeoutError) or isinstance(
        fault and fault.__cause__, psycopg.OperationalError
    )


def plain_url(url: str) -> str:
    """The URL as PostgreSQL's own library reads it, without the name of a driver."""
    scheme, colon, rest = url.partition(":")
    return f"{scheme.partition('+')[0]}{colon}{rest}"


def _store_fault(fault: BaseException) -> StoreFault:
    cause = fault.__cause__ or fault
    return StoreFault(
        f"The queue at the store's PostgreSQL cannot be used ({plain(str(cause) or type(cause).__name__, 300)}); "
        "see that the server answers, then again."
    )
