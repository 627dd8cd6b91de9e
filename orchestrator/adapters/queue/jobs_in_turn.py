"""Procrastinate's job manager for workers: a job is ended, or put back, only by the turn that it is in."""

from __future__ import annotations

from datetime import UTC, datetime

from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager

_FINISH = """
WITH own AS (
    SELECT id FROM procrastinate_jobs WHERE id = %(job_id)s AND status = 'doing' AND attempts = %(turn)s FOR UPDATE
)
SELECT procrastinate_finish_job_v1(id, %(status)s, %(delete_job)s) FROM own
"""
_RETRY = """
WITH own AS (
    SELECT id FROM procrastinate_jobs WHERE id = %(job_id)s AND status = 'doing' AND attempts = %(turn)s FOR UPDATE
)
SELECT procrastinate_retry_job_v2(id, %(retry_at)s, %(priority)s, %(queue)s, %(lock)s) FROM own
"""


class JobsInTurn(JobManager):
    """A worker that was not heard of may have lost a job to another, or to a later turn of its own.

    Then what it says of it at the end is of a turn that is over: said of the job as it is now, it would end what somebody
    else waits for. Each time a job is put back its number of attempts goes up; so it tells the turns apart. What was said
    before an answer got lost is said twice and counts once.
    """

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:  # noqa: FBT001 - its signature
        """See Procrastinate; nothing where the turn is over."""
        await self.connector.execute_query_async(
            _FINISH, job_id=job.id, turn=job.attempts, status=status.value, delete_job=delete_job
        )

    async def retry_job(
        self,
        job: Job,
        retry_at: datetime | None = None,
        priority: int | None = None,
        queue: str | None = None,
        lock: str | None = None,
    ) -> None:
        """See Procrastinate; nothing where the turn is over."""
        at = retry_at or datetime.now(UTC)
        await self.connector.execute_query_async(
            _RETRY, job_id=job.id, turn=job.attempts, retry_at=at, priority=priority, queue=queue, lock=lock
        )
