"""ansible-core 2.21 and 2.22: a task's context is ambient, and the executor answers with an object of its own."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

SERIES = ("2.21", "2.22")
NEEDS = (
    "ansible._internal._task:TaskContext.create",
    "ansible._internal._task:UnifiedTaskResult.create_from_action_exception",
    "ansible.executor.task_executor:TaskExecutor.run",
    "ansible.playbook.task:Task.squash",
)
OF_THE_RUN = frozenset({"add_host", "group_by"})
"""Actions that speak with the process of the run while they work."""


def given_to_module(params: str) -> dict[str, object]:
    """What Ansible's own starter of a module is given beside its arguments: from 2.22 on what of them is secret."""
    try:
        masker: Any = import_module("ansible.module_utils.secrets")._secret_masker
    except ImportError:
        return {"extensions": {}}
    return {"extensions": {}, "secrets": masker.secrets_in_json(params)}


def execute(given: Any, ended: Callable[[], None]) -> None:
    """Execute a task and send its result. `given`: what a worker is made with; `ended` is called before the result goes."""
    executor: Any = import_module("ansible.executor.task_executor")
    context: Any = import_module("ansible._internal._task").TaskContext
    task = given.task
    with context.create(task=task, task_vars=given.task_vars, host_name=given.host.name):
        task.squash()
        answer = executor.TaskExecutor(
            given.host,
            given.play_context,
            given.loader,
            given.shared_loader_obj,
            given.final_q,
            given.variable_manager,
        ).run()
        answer.finalize_registered_values()
        task.ignore_errors, task.ignore_unreachable = answer.ignore_errors, answer.ignore_unreachable
        ended()
        given.final_q.send_task_result(given.host, task, answer)


def failure(given: Any, wrong: Exception) -> None:
    """Send that a result could not be sent, as a worker of Ansible's does."""
    results: Any = import_module("ansible._internal._task").UnifiedTaskResult
    host: Any = import_module("ansible.inventory.host").Host
    tasks: Any = import_module("ansible.playbook.task")
    task = tasks.Task()
    task._uuid = given.task._uuid
    answer = results.create_from_action_exception(wrong)
    answer.finalize_registered_values()
    given.final_q.send_task_result(host(name=given.host.name), task, answer)
