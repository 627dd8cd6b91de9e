"""The port `JobQueue` on Procrastinate, by its job manager: its tables, locks, heartbeats and states."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from procrastinate import exceptions
from procrastinate import jobs as records

from orchestrator.adapters.queue.connection import QueueConnection
from orchestrator.engine.node_ports import Job, JobKind, JobQueue, JobState
from orchestrator.errors import StoreFault

_STATES: dict[str, JobState] = {"todo": "waiting", "doing": "taken"}


class ProcrastinateJobs(JobQueue):
    """A job's task is named after its kind, and has one argument: its subject."""

    def __init__(self, connection: QueueConnection) -> None:
        self._to = connection

    def put(
        self, kind: JobKind, queue: str, subject: str, *, lock: str | None = None, once: bool = False
    ) -> int | None:
        """See the port; `once` is Procrastinate's queueing lock."""
        job = records.Job(
            id=None,
            queue=queue,
            lock=lock,
            queueing_lock=lock if once else None,
            task_name=kind,
            task_kwargs={"subject": subject},
        )
        try:
            return self._to.ask(lambda jobs: jobs.defer_job_async(job)).id
        except StoreFault as fault:
            if isinstance(fault.__cause__, exceptions.AlreadyEnqueued):
                return None
            raise

    def enter(self) -> int:
        """See the port."""
        return self._to.ask(lambda jobs: jobs.register_worker())

    def beat(self, worker: int) -> bool:
        """See the port; Procrastinate removes workers that it has not heard of."""
        self._to.ask(lambda jobs: jobs.update_heartbeat(worker))
        there = self._to.rows("SELECT 1 AS there FROM procrastinate_workers WHERE id = %(id)s", id=worker)
        return bool(there)

    def leave(self, worker: int) -> None:
        """See the port."""
        self._to.ask(lambda jobs: jobs.unregister_worker(worker))

    def take(self, worker: int, queues: Sequence[str]) -> Job | None:
        """See the port."""
        job = self._to.ask(lambda jobs: jobs.fetch_job(list(queues), worker))
        return None if job is None else job_of(job)

    def finish(self, job: int, *, well: bool = True) -> None:
        """See the port."""
        if self.state(job) == "over":
            return
        status = records.Status.SUCCEEDED if well else records.Status.FAILED
        self._to.ask(lambda jobs: jobs.finish_job_by_id_async(job, status=status, delete_job=False))

    def cancel(self, job: int) -> bool:
        """See the port."""
        self._to.ask(lambda jobs: jobs.cancel_job_by_id_async(job))
        rows = self._to.rows("SELECT status::text FROM procrastinate_jobs WHERE id = %(id)s", id=job)
        return bool(rows) and rows[0]["status"] == "cancelled"

    def put_back(self, job: int, seconds: float = 0.0) -> None:
        """See the port."""
        [now] = self._to.rows("SELECT clock_timestamp() AS now")
        at = now["now"] + timedelta(seconds=seconds)
        self._to.ask(lambda jobs: jobs.retry_job_by_id_async(job, retry_at=at))

    def state(self, job: int) -> JobState:
        """See the port."""
        rows = self._to.rows("SELECT status::text FROM procrastinate_jobs WHERE id = %(id)s", id=job)
        return _STATES.get(rows[0]["status"], "over") if rows else "over"

    def held(self, lock: str) -> bool:
        """See the port."""
        return bool(
            self._to.rows(
                "SELECT 1 AS there FROM procrastinate_jobs WHERE lock = %(lock)s AND status IN ('todo', 'doing')",
                lock=lock,
            )
        )

    def stalled(self, queue: str, seconds: float) -> list[Job]:
        """See the port."""
        jobs = self._to.ask(lambda jobs: jobs.get_stalled_jobs(queue=queue, seconds_since_heartbeat=seconds))
        return [job_of(job) for job in jobs]


def job_of(job: records.Job) -> Job:
    """A record of Procrastinate's as the port has it."""
    kind: JobKind = "drive" if job.task_name == "drive" else "call"
    subject = str(job.task_kwargs.get("subject", ""))
    return Job(int(job.id or 0), kind, job.queue, subject, job.attempts)
