"""What can be observed of an attempt from outside."""

from typing import Literal

from orchestrator.domain.evidence.outcome import AttemptOutcome
from orchestrator.domain.text.model_base import HostName, Moment, Noun


class Sighting(Noun):
    """`absent`: nothing was started; `running`; `finished`: it has an outcome; `dead`: the worker ended without one.

    `began` is false where it is proved that no worker ever took the attempt up; `removed`: somebody removed its files, and
    with them how it ended.
    """

    attempt: str
    state: Literal["absent", "running", "finished", "dead"]
    outcome: AttemptOutcome | None = None
    worker_pid: int | None = None
    began: bool = True
    removed: bool = False


class TaskSeen(Noun):
    """One task's progress on one host, for the live view; never evidence."""

    number: int
    at: Moment
    host: HostName
    task: str
    status: Literal["started", "ok", "changed", "skipped", "failed", "unreachable", "ignored", "rescued"]
    message: str = ""
