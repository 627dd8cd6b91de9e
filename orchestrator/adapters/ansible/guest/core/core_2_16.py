"""ansible-core 2.16 to 2.18: values are subclasses of text that know their place, and results are dictionaries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from types import SimpleNamespace
from typing import Any

NEEDS = (
    "ansible.executor.task_executor:TaskExecutor._execute",
    "ansible.executor.task_executor:TaskExecutor._set_connection_options",
    "ansible.executor.task_executor:TaskExecutor._get_action_handler_with_module_context",
    "ansible.executor.task_executor:TaskExecutor._poll_async_result",
    "ansible.executor.task_queue_manager:FinalQueue.send_task_result",
    "ansible.executor.task_queue_manager:TaskQueueManager.load_callbacks",
    "ansible.executor.task_result:TaskResult.clean_copy",
    "ansible.parsing.yaml.objects:AnsibleVaultEncryptedUnicode.data",
    "ansible.parsing.dataloader:DataLoader.load_from_file",
    "ansible.playbook.conditional:Conditional.evaluate_conditional",
    "ansible.plugins.connection.ssh:Connection._build_command",
)
AHEAD: tuple[str, ...] | None = None
"""Every run starts in the cold."""
_OUT_OF_TIME = "action failed to execute in the expected time frame"

try:
    Encrypted: Any = import_module("ansible.parsing.yaml.objects").AnsibleVaultEncryptedUnicode
    """The class of values that are vaulted each for itself; `str` decrypts one."""
except (ImportError, AttributeError):
    Encrypted = ()


def executed(
    before: Callable[[dict[str, Any], Any], None],
    after: Callable[[Mapping[str, Any], dict[str, Any]], None],
    original: Callable[..., Any],
    executor: Any,
    variables: dict[str, Any] | None = None,
) -> Any:
    """An item of a task, between `before` (variables, templar) and `after` (result, variables)."""
    given = executor._job_vars if variables is None else variables
    before(given, _templar(executor, given))
    result = original(variables=variables)
    after(result, given)
    return result


def answer_of(result: Any) -> dict[str, Any]:
    """What a task answered, as modules name it."""
    return dict(result)


def sent(
    handed: Mapping[str, Any],
    original: Callable[..., None],
    _queue: Any,
    host: Any,
    task: Any,
    answer: Any,
    task_fields: Any = None,
) -> None:
    """A result is sent to the process of the run; `handed`, by its key, goes along among the fields of its task."""
    original(host, task, answer, task_fields={**(task_fields or {}), **handed})


def prepare(key: str) -> None:
    """In the process of the run: what is handed over arrives by itself."""


def callback_result(result: Any, key: str) -> Any:
    """What a callback was given, by the names of 2.19."""
    return SimpleNamespace(
        host=result._host,
        task=result._task,
        result=result._result,
        task_fields=result._task_fields,
        is_changed=result.is_changed,
    )


def registered(task: Any) -> frozenset[str]:
    """The variables that hold the result of a task."""
    return frozenset({task.register} if task.register else ())


def is_false(executor: Any, condition: Any, variables: dict[str, Any]) -> bool:
    """Whether a condition of a task is false. Raises AnsibleError."""
    asked: Any = import_module("ansible.playbook.conditional").Conditional(loader=executor._loader)
    asked.when = [condition]
    return not asked.evaluate_conditional(_templar(executor, variables), variables)


def timed_out(answer: Mapping[str, Any]) -> bool:
    """Whether a task ran into its time limit: before 2.18 only words say so."""
    return "timedout" in answer or _OUT_OF_TIME in str(answer.get("msg") or "")


def made(callback: Any) -> None:
    """What Ansible's loader does to a callback plugin that it has made: nothing."""


def load_file(loader: Any, path: str) -> Any:
    """The content of a file of YAML, read now and kept nowhere."""
    keeps: Any = loader.load_from_file.__annotations__.get("cache")
    # 2.16 takes whether, later ones where.
    return loader.load_from_file(path, cache=False if keeps in (bool, "bool") else "none", unsafe=True)


def place_of(value: Any) -> tuple[str | None, int | None]:
    """The file and line where a value comes from."""
    place = getattr(value, "ansible_pos", None)
    return (str(place[0]), int(place[1])) if place and place[0] else (None, None)


def _templar(executor: Any, variables: dict[str, Any]) -> Any:
    return import_module("ansible.template").Templar(loader=executor._loader, variables=variables)
