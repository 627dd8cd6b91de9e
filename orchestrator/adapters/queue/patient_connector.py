"""Procrastinate's connector for a worker, which waits for a server that is away instead of ending."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from threading import Event
from typing import Any, LiteralString, TypeVar

import procrastinate
from procrastinate.exceptions import ConnectorException

from orchestrator.adapters.queue.connection import is_away

T = TypeVar("T")
AGAIN = 1.0
"""Seconds before a server that is away is asked once more."""


class PatientConnector(procrastinate.PsycopgConnector):
    """A statement that broke off is asked again until the server answers, or `leaving` is set.

    It may have been carried out: a job that was given to this worker so is put back, for it is not at work here.
    """

    leaving: Event

    async def execute_query_async(self, query: LiteralString, **arguments: Any) -> None:
        """See Procrastinate."""
        ask = super().execute_query_async
        await self._until_there(lambda: ask(query, **arguments))

    async def execute_query_one_async(self, query: LiteralString, **arguments: Any) -> dict[str, Any]:
        """See Procrastinate."""
        ask = super().execute_query_one_async
        return await self._until_there(lambda: ask(query, **arguments))

    async def execute_query_all_async(self, query: LiteralString, **arguments: Any) -> list[dict[str, Any]]:
        """See Procrastinate."""
        ask = super().execute_query_all_async
        return await self._until_there(lambda: ask(query, **arguments))

    async def _until_there(self, ask: Callable[[], Awaitable[T]]) -> T:
        while True:
            try:
                return await ask()
            except ConnectorException as fault:
                if self.leaving.is_set() or not is_away(fault):
                    raise
            await asyncio.sleep(AGAIN)
