"""Procrastinate: jobs on PostgreSQL, and beside them the frames between drivers and nodes."""

from orchestrator.adapters.queue.connection import QueueConnection
from orchestrator.adapters.queue.drive_worker import DriveWorker
from orchestrator.adapters.queue.exchange import SqlExchange
from orchestrator.adapters.queue.jobs import ProcrastinateJobs
from orchestrator.adapters.queue.node_book import SqlNodeBook
from orchestrator.adapters.queue.queued_drivers import QueuedDrivers

__all__ = [
    "DriveWorker",
    "ProcrastinateJobs",
    "QueueConnection",
    "QueuedDrivers",
    "SqlExchange",
    "SqlNodeBook",
]
