"""The worker of `drive` jobs: Procrastinate's own, with its heartbeats, its signals and its way to end."""

from __future__ import annotations

import asyncio
import logging
import secrets
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Event

import procrastinate
from procrastinate import JobContext
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Job, Status
from procrastinate.retry import BaseRetryStrategy, RetryDecision
from procrastinate.worker import Worker

from orchestrator.adapters.queue.connection import QueueConnection, connector_to
from orchestrator.adapters.queue.exchange import SqlExchange
from orchestrator.adapters.queue.jobs_in_turn import JobsInTurn
from orchestrator.adapters.queue.patient_connector import PatientConnector
from orchestrator.engine.node_ports import DRIVE
from orchestrator.errors import StoreFault

SILENT = 10.0
"""Seconds without a heartbeat after which another worker takes a deployment up, and its driver looks at the claim."""
LOOKS_WHILE_SILENT = 4
"""Heartbeats, and looks for whoever has none, in that time."""
POLL = 1.0
"""Seconds between looks for a job, at most. Each worker has its own: of two that looked in step, the same one would always
be the first to find what is offered again."""
FORGOTTEN = 3600.0
"""Seconds without a heartbeat after which nobody knows of a worker any more."""

MOST = 4
"""Connections of a worker to the server."""

AWAY = 5.0
"""Seconds without a connection after which the server counts as away; then it is asked again."""

KEPT_DAYS = 30.0
"""Days for which jobs, and frames of attempts that have ended, are kept: the journal has what counts."""
TIDY_EVERY = 720
"""Looks for stalled jobs between two times of tidying: an hour."""
WHEN_BROKEN = 15.0
"""Seconds after which a deployment is tried again that could not be driven at all."""

TURN_BEFORE = 5.0
"""Seconds after which a job is looked at again that another took for stalled, and that came back to this worker, which is at
it still."""

Turn = tuple[int, int]
"""A job by its number, and its turn by the number of turns before."""
DriveOne = Callable[[str, Callable[[], bool]], float | None]
"""Has a deployment driven, given whether the worker is to end. None: it is over or waits for a person; else the seconds after
which it is to be tried again."""


class _AgainError(Exception):
    """The deployment is to be tried again, in `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class _AsItSays(BaseRetryStrategy):
    """A job is tried again when whoever drives says so, and where it could not say: the journal decides what that means."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision:
        """See Procrastinate."""
        seconds = exception.seconds if isinstance(exception, _AgainError) else WHEN_BROKEN
        return RetryDecision(retry_in={"milliseconds": max(0, int(1000 * seconds))})


class DriveWorker:
    """Takes `drive` jobs until a signal; then it takes nothing new, and ends when what it has has ended."""

    def __init__(
        self,
        connection: QueueConnection,
        drive: DriveOne,
        *,
        at_once: int = 8,
        silent: float = SILENT,
        leaving: Event | None = None,
    ) -> None:
        """`silent`: seconds without a heartbeat after which a deployment of another worker is taken up.

        `leaving`: set by a signal that came before it is at work.
        """
        self._connection, self._drive = connection, drive
        self._at_once, self._silent = at_once, silent
        self._leaving = leaving or Event()
        self._at_work: set[Turn] = set()
        # Python's own pool has a few threads for each processor: what it has no room for would be taken and not driven.
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="drive")

    def run(self) -> None:
        """Until SIGTERM or SIGINT, and then until nothing is at work. Raises StoreFault where the queue is not there."""
        self._connection.rows("SELECT 1 AS there")
        logging.getLogger("procrastinate").setLevel(logging.CRITICAL)
        asyncio.run(self._run())

    async def _run(self) -> None:
        connector = connector_to(self._connection.url, most=MOST, kind=PatientConnector, seconds=AWAY)
        connector.leaving = self._leaving  # type: ignore[attr-defined]
        app = procrastinate.App(connector=connector)
        app.job_manager = JobsInTurn(app.connector)
        app.task(name="drive", queue=DRIVE, pass_context=True, retry=_AsItSays())(self._job)
        async with app.open_async():
            worker = Worker(
                app,
                queues=[DRIVE],
                concurrency=self._at_once,
                fetch_job_polling_interval=POLL * secrets.SystemRandom().uniform(0.7, 1.0),
                update_heartbeat_interval=self._silent / LOOKS_WHILE_SILENT,
                stalled_worker_timeout=FORGOTTEN,
                install_signal_handlers=False,
                listen_notify=False,  # a listener that lost its line would end the worker; it looks each second anyway
            )
            self._on_signals(worker)
            again = asyncio.create_task(self._take_up(app, worker))
            try:
                if self._leaving.is_set():
                    return
                await worker.run()  # type: ignore[no-untyped-call]
            except ConnectorException as fault:
                raise StoreFault(
                    f"The queue at the store's PostgreSQL cannot be used ({fault.__cause__ or fault})."
                ) from None
            finally:
                again.cancel()
        await asyncio.to_thread(self._connection.close)

    def _on_signals(self, worker: Worker) -> None:
        """The first one: take nothing new. What is at work is told to come to an end that can be taken up."""

        def leave() -> None:
            self._leaving.set()
            worker.stop()  # type: ignore[no-untyped-call]

        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, leave)

    async def _job(self, context: JobContext, subject: str) -> None:
        number, turn = int(context.job.id or 0), context.job.attempts
        if any(number == at_work for at_work, _ in self._at_work):
            raise _AgainError(TURN_BEFORE)
        self._at_work.add((number, turn))
        try:
            seconds = await asyncio.get_running_loop().run_in_executor(
                self._threads, self._drive, subject, self._leaving.is_set
            )
        finally:
            self._at_work.discard((number, turn))
        if seconds is not None:
            raise _AgainError(seconds)

    async def _take_up(self, app: procrastinate.App, worker: Worker) -> None:
        """Put back the jobs of workers that died: whether their deployment is driven still, its claim says.

        Only after the database has answered for as long as a worker may be silent: nobody was heard of while it was away.
        """
        turns, answered, lost = 0, 0.0, set[Turn]()
        while True:
            began = time.monotonic()
            try:
                if turns % TIDY_EVERY == 0:
                    await self._tidy(app)
                turns += 1
                for job in await app.job_manager.get_stalled_jobs(
                    queue=DRIVE, seconds_since_heartbeat=self._silent
                ):
                    if answered >= self._silent:
                        await _put_back(app, job)
                lost = await self._put_back_unheard(app, worker, lost)
            except (ConnectorException, StoreFault):
                answered = 0.0
            await asyncio.sleep(self._silent / LOOKS_WHILE_SILENT)
            spent = time.monotonic() - began
            answered = answered + spent if spent < self._silent / 2 else 0.0

    async def _put_back_unheard(self, app: procrastinate.App, worker: Worker, lost: set[Turn]) -> set[Turn]:
        """Jobs that the database gave to this worker, whose line broke before it heard of them: seen so twice."""
        if worker.worker_id is None:
            return set()
        jobs = await app.job_manager.list_jobs_async(
            queue=DRIVE, status=Status.DOING.value, worker_id=worker.worker_id
        )
        unheard = {
            (int(job.id or 0), job.attempts): job
            for job in jobs
            if (int(job.id or 0), job.attempts) not in self._at_work
        }
        for turn in lost & set(unheard):
            await _put_back(app, unheard[turn])
        return set(unheard)

    async def _tidy(self, app: procrastinate.App) -> None:
        await app.job_manager.delete_old_jobs(
            int(KEPT_DAYS * 24), include_failed=True, include_cancelled=True
        )
        await asyncio.to_thread(SqlExchange(self._connection).tidy, KEPT_DAYS)


async def _put_back(app: procrastinate.App, job: Job) -> None:
    """It waits again, or is over where another job of its deployment waits, which could not be taken before.

    One that is over by now is a fault to Procrastinate and none to us.
    """
    with suppress(ConnectorException):
        try:
            await app.job_manager.retry_job(job)
        except UniqueViolation:
            await app.job_manager.finish_job(job=job, status=Status.SUCCEEDED, delete_job=False)
