"""Time limits of tasks in threads, where no signal reaches: a deadline that channels and sleeps look at.

Python code that neither asks a host nor sleeps is not interrupted: it ends by itself, or with the run.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from orchestrator.adapters.ansible.accelerator.gate import GATE


class _Limit(threading.local):
    """The deadline of the task in this thread, and what is raised when it has passed."""

    at: float | None = None
    error: BaseException | None = None


_LIMIT = _Limit()


def deadline() -> float | None:
    """When the task of this thread is over time, by `time.monotonic`; None where it has no limit."""
    return _LIMIT.at


def overdue() -> BaseException:
    """What Ansible raises for a task that is over its time."""
    return _LIMIT.error or TimeoutError("a deadline has passed")


def sleep(seconds: float) -> None:
    """Sleep, at most to the deadline. Raises what `overdue` returns when that has come."""
    at = _LIMIT.at
    with GATE.outside():
        time.sleep(seconds if at is None else max(0.0, min(seconds, at - time.monotonic())))
    if at is not None and time.monotonic() >= at:
        raise overdue()


class SleepsToDeadline:
    """Stands for the module `time` in modules of Ansible's: all of it but for `sleep`."""

    sleep = staticmethod(sleep)

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)


SLEEPERS = (
    "ansible.executor.task_executor",
    "ansible.plugins.action.reboot",
    "ansible.plugins.action.wait_for_connection",
    "ansible.plugins.connection.ssh",
)
"""Modules of Ansible's that sleep while a task waits for something."""


def put_in() -> None:
    """From now on limits hold in threads too; in the main thread of a process they are Ansible's own alarms."""
    errors: Any = import_module("ansible._internal._errors._alarm_timeout").AnsibleTimeoutError
    alarm = errors.alarm_timeout.__func__

    @contextlib.contextmanager
    def alarm_timeout(cls: Any, timeout: Any) -> Iterator[None]:
        if threading.current_thread() is threading.main_thread():
            with alarm(cls, timeout):
                yield
            return
        before = _LIMIT.at, _LIMIT.error
        # What Ansible refuses of a timeout it refuses here too.
        if timeout is not None and not (isinstance(timeout, int) and 0 <= timeout <= cls._MAX_TIMEOUT):
            with alarm(cls, timeout):
                yield
            return
        _LIMIT.at, _LIMIT.error = (time.monotonic() + timeout, cls(timeout)) if timeout else (None, None)
        try:
            yield
        finally:
            _LIMIT.at, _LIMIT.error = before

    errors.alarm_timeout = classmethod(alarm_timeout)
    for name in SLEEPERS:
        module: Any = import_module(name)
        if hasattr(module, "time"):
            module.time = SleepsToDeadline()
