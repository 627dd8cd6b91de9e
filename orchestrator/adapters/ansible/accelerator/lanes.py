"""Where a task runs: in a thread of this process where its plugins are all Ansible's own or allowed there, else in a process.

A thread is given what Ansible gives to a process, and copies of what a process may change for itself: the task, its variables,
and the loader, which knows the temporary files of its task.
"""

from __future__ import annotations

import copy
import functools
import threading
import traceback
from collections.abc import Callable
from importlib import import_module
from multiprocessing import Pipe
from types import SimpleNamespace
from typing import Any

from orchestrator.adapters.ansible.accelerator.borrowed import Borrowed, Lender
from orchestrator.adapters.ansible.accelerator.carried import Carried
from orchestrator.adapters.ansible.accelerator.gate import GATE
from orchestrator.adapters.ansible.accelerator.own_plugins import OwnPlugins


class NotOwn(BaseException):
    """A task in a thread turns out to use a plugin that is not Ansible's own; nothing of it has run yet."""


class _OfThread(threading.local):
    """What is known of the task in this thread."""

    is_lane = False
    has_acted = False


_HERE = _OfThread()


class TaskInThread:
    """A worker as strategies of Ansible's see it, whose task runs in a thread."""

    def __init__(self, core: Any, stock: Callable[..., Any], given: dict[str, Any]) -> None:
        self._core, self._stock, self._given = core, stock, given
        self._process: Any = None
        self._ended = False
        self._failed = False
        self._host, self._task = given["host"], given["task"]  # strategy `free` looks at them
        self.worker_id = given["worker_id"]

    @property
    def pid(self) -> int | None:
        """The process of the task, where it has one."""
        return None if self._process is None else self._process.pid

    @property
    def exitcode(self) -> int | None:
        """1 where the task ended without a result."""
        if self._process is not None:
            return self._process.exitcode  # type: ignore[no-any-return]
        return 1 if self._failed else None

    @property
    def worker_queue(self) -> Any:
        """Where a process is answered what a person typed."""
        return self._process.worker_queue

    def start(self) -> None:
        """Begin the task; returns at once."""
        threading.Thread(target=self._run, name=f"task of {self._host}", daemon=True).start()

    def is_alive(self) -> bool:
        """Whether the task goes on."""
        return not self._ended if self._process is None else bool(self._process.is_alive())

    def terminate(self) -> None:
        """End a task that has a process; one in a thread ends with this process."""
        if self._process is not None:
            self._process.terminate()

    def close(self) -> None:
        """Forget what was given."""
        if self._process is not None:
            self._process.close()
        self._given = {}

    def _run(self) -> None:
        given = self._copied()
        _HERE.is_lane, _HERE.has_acted = True, False
        try:
            with GATE.inside():
                self._execute(given)
        except NotOwn:
            self._begin_process()
        except BaseException:  # noqa: BLE001 - a worker of Ansible's dies of it, and the run says so
            traceback.print_exc()
            self._failed = self._ended = True

    def _execute(self, given: Any) -> None:
        try:
            self._core.execute(given, self._end)
        except Exception as wrong:
            if not self._ended:
                raise
            errors: Any = import_module("ansible.errors")
            try:
                raise errors.AnsibleError("Task result omitted due to queue send failure.") from wrong
            except errors.AnsibleError as omitted:
                self._core.failure(given, omitted)

    def _end(self) -> None:
        self._ended = True

    def _copied(self) -> Any:
        given = SimpleNamespace(**self._given)
        task = given.task
        given.task = task.copy(exclude_parent=True, exclude_tasks=True)
        given.task._parent = task._parent
        given.task_vars = dict(given.task_vars)
        given.loader = copy.copy(given.loader)
        given.loader._tempfiles = set()
        return given

    def _begin_process(self) -> None:
        process = self._stock(**self._given)
        process.start()
        self._process = process


class Lanes:
    """Makes the workers of a run."""

    def __init__(self, core: Any, stock: Callable[..., Any], plugins: OwnPlugins) -> None:
        self._core, self._stock, self._plugins = core, stock, plugins

    def worker(self, **given: Any) -> Any:
        """The worker of a task."""
        if self._plugins.make_up(SimpleNamespace(**given)):
            return TaskInThread(self._core, self._stock, given)
        return self._stock(**given)

    def look(self, chosen: Callable[..., Any], executor: Any, *given: Any, **named: Any) -> Any:
        """The action of a task that is about to run. Raises NotOwn in a thread that it must not run in."""
        handler, context = chosen(executor, *given, **named)
        if _HERE.is_lane and not self._plugins.are_in(handler, executor._connection):
            if not _HERE.has_acted:
                raise NotOwn
            errors: Any = import_module("ansible.errors")
            raise errors.AnsibleError(
                "orch cannot accelerate a loop whose items go by different connections or plugins: "
                "give the other items a task of their own, or run without accelerate: orch"
            )
        _HERE.has_acted = True
        return handler, context


def in_process(stock: Any, carried: Carried) -> Any:
    """The class of workers that are processes, as Ansible has it, which borrow the channels of the run."""

    class TaskInProcess(stock):  # type: ignore[misc]
        def start(self) -> None:
            ours, self._orch_line = Pipe()
            self._orch_others = ours
            # Ansible takes the lock of its display for this, which a thread may need before it comes outside.
            with GATE.alone():
                super().start()
            self._orch_line.close()
            threading.Thread(target=Lender(carried.channels, ours).serve, daemon=True).start()

        def run(self) -> None:
            self._orch_others.close()
            _HERE.is_lane = False
            carried.borrow(Borrowed(self._orch_line))
            super().run()

    return TaskInProcess


def put_in(core: Any, carried: Carried, threaded: frozenset[str]) -> None:
    """From now on all workers of this process are made so. `threaded`: plugins of others that may run in threads."""
    strategy: Any = import_module("ansible.plugins.strategy")
    executor: Any = import_module("ansible.executor.task_executor").TaskExecutor
    stock = in_process(strategy.WorkerProcess, carried)
    lanes = Lanes(core, stock, OwnPlugins(core.OF_THE_RUN, threaded))
    name = "_get_action_handler_with_module_context"
    chosen = getattr(executor, name)

    @functools.wraps(chosen)
    def look(self: Any, *given: Any, **named: Any) -> Any:
        return lanes.look(chosen, self, *given, **named)

    setattr(executor, name, look)
    strategy.WorkerProcess = lanes.worker
