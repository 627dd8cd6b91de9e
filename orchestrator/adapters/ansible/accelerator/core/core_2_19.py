"""ansible-core 2.19 and 2.20: the executor is given the task and answers with a dictionary."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

SERIES = ("2.19", "2.20")
NEEDS = (
    "ansible._internal._task:TaskContext",
    "ansible.executor.task_executor:TaskExecutor.run",
    "ansible.executor.task_result:_RawTaskResult",
    "ansible.playbook.task:Task.dump_attrs",
)
OF_THE_RUN: frozenset[str] = frozenset()
"""Actions that speak with the process of the run while they work."""


def given_to_module(params: str) -> dict[str, object]:
    """What Ansible's own starter of a module is given beside its arguments."""
    return {"extensions": {}}


def execute(given: Any, ended: Callable[[], None]) -> None:
    """Execute a task and send its result. `given`: what a worker is made with; `ended` is called before the result goes."""
    executor: Any = import_module("ansible.executor.task_executor")
    context: Any = import_module("ansible._internal._task").TaskContext
    raw: Any = import_module("ansible.executor.task_result")._RawTaskResult
    with context(given.task):
        answer = executor.TaskExecutor(
            given.host,
            given.task,
            given.task_vars,
            given.play_context,
            given.loader,
            given.shared_loader_obj,
            given.final_q,
            given.variable_manager,
        ).run()
    result = raw(host=given.host, task=given.task, return_data=answer, task_fields=given.task.dump_attrs())
    ended()
    given.final_q.send_task_result(result)


def failure(given: Any, wrong: Exception) -> None:
    """Send that a result could not be sent, as a worker of Ansible's does."""
    raw: Any = import_module("ansible.executor.task_result")._RawTaskResult
    errors: Any = import_module("ansible._internal._errors._error_utils")
    answer = errors.result_dict_from_exception(wrong)
    given.final_q.send_task_result(raw(host=given.host, task=given.task, return_data=answer, task_fields={}))
