"""The port `Drivers` by the queue: a deployment is driven by whichever worker takes its job."""

from __future__ import annotations

from orchestrator.engine.node_ports import DRIVE, JobQueue
from orchestrator.engine.ports import Drivers


def lock_of(deployment: str) -> str:
    """What keeps two jobs of one deployment from being taken at once."""
    return f"drive {deployment}"


class QueuedDrivers(Drivers):
    """A deployment that waits for a worker already gets no second job."""

    def __init__(self, jobs: JobQueue) -> None:
        self._jobs = jobs

    def begin(self, deployment: str, by: str) -> None:
        """Put the job. Raises StoreFault."""
        self._jobs.put("drive", DRIVE, deployment, lock=lock_of(deployment), once=True)

    def alive(self, deployment: str) -> bool:
        """Whether it is driven, or waits for a worker."""
        return self._jobs.held(lock_of(deployment))

    def last_words(self, deployment: str) -> str:
        """Nothing: what a driver says is kept where its worker is."""
        return ""
