"""ansible-core 2.21 and 2.22: the executor answers with an object of its own, and a task's context is ambient."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from types import SimpleNamespace
from typing import Any

from orchestrator.adapters.ansible.guest.core import core_2_19

NEEDS = (
    "ansible._internal._task:TaskContext.current",
    "ansible._internal._task:TaskContext.task_templar",
    "ansible._internal._task:UnifiedTaskResult.as_result_dict",
    "ansible.executor.task_executor:TaskExecutor._execute",
    "ansible.executor.task_executor:TaskExecutor._set_connection_options",
    "ansible.executor.task_executor:TaskExecutor._get_action_handler_with_module_context",
    "ansible.executor.task_executor:TaskExecutor._poll_async_result",
    "ansible.executor.task_queue_manager:FinalQueue.send_task_result",
    "ansible.executor.task_queue_manager:TaskQueueManager.load_callbacks",
    "ansible.playbook.task:Task._resolve_conditional",
    "ansible.playbook.task:Task.dump_attrs",
    "ansible.plugins.strategy:StrategyBase._convert_wire_task_result_to_host_task_result",
    "ansible.plugins.connection.ssh:Connection._build_command",
    *core_2_19.NEEDS_OF_FILES,
)
_HANDED = "orch_handed"
_FIELDS = ("delegate_to", "check_mode", "ignore_unreachable")

AHEAD = core_2_19.AHEAD
Encrypted = core_2_19.Encrypted
load_file = core_2_19.load_file
place_of = core_2_19.place_of
made = core_2_19.made
is_false = core_2_19.is_false


def executed(
    before: Callable[[dict[str, Any], Any], None],
    after: Callable[[Mapping[str, Any], dict[str, Any]], None],
    original: Callable[..., Any],
    _executor: Any,
    *arguments: Any,
    **named: Any,
) -> Any:
    """An item of a task, between `before` (variables, templar) and `after` (result, variables)."""
    context = import_module("ansible._internal._task").TaskContext.current()
    before(context.task_vars, context.task_templar)
    result = original(*arguments, **named)
    # The context has other variables for each item.
    after({**answer_of(result), "_ansible_no_log": bool(result.no_log)}, context.task_vars)
    return result


def answer_of(result: Any) -> dict[str, Any]:
    """What a task answered, as modules name it."""
    answer: dict[str, Any] = result.as_result_dict()
    return answer


def sent(
    handed: Mapping[str, Any],
    original: Callable[..., None],
    _queue: Any,
    host: Any,
    task: Any,
    *others: Any,
    **named: Any,
) -> None:
    """A result is sent to the process of the run; `handed`, by its key, goes along among the fields of its task."""
    dump = task.dump_attrs
    task.dump_attrs = lambda: {**dump(), **handed}
    try:
        original(host, task, *others, **named)
    finally:
        del task.dump_attrs


def prepare(key: str) -> None:
    """In the process of the run: what was handed over stays with the task, which keeps no fields but its own."""
    strategy = import_module("ansible.plugins.strategy").StrategyBase
    name = "_convert_wire_task_result_to_host_task_result"
    original = getattr(strategy, name)

    def converted(self: Any, wire: Any) -> Any:
        result = original(self, wire)
        setattr(result.task, _HANDED, wire.task_fields.get(key, {}))
        return result

    setattr(strategy, name, converted)


def callback_result(result: Any, key: str) -> Any:
    """What a callback was given, by the names of 2.19."""
    task = result.task
    fields = {name: getattr(task, name, None) for name in _FIELDS}
    return SimpleNamespace(
        host=result.host,
        task=task,
        result=result.result,
        task_fields={**fields, key: getattr(task, _HANDED, {})},
        is_changed=result.is_changed,
    )


def registered(task: Any) -> frozenset[str]:
    """The variables that hold the result of a task, that of the language's own among them."""
    return frozenset({"_task", *(task.register or {})})


def timed_out(answer: Mapping[str, Any]) -> bool:
    """Whether a task ran into its time limit."""
    return "timedout" in answer
