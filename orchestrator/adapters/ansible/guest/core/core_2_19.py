"""ansible-core 2.19 and 2.20: values carry tags, and a task is executed with a templar and variables of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from ansible.parsing import vault

NEEDS_OF_FILES = (
    "ansible.parsing.vault:EncryptedString",
    "ansible._internal._datatag._tags:Origin.get_tag",
    "ansible.parsing.dataloader:DataLoader.load_from_file",
    "ansible.plugins.callback:CallbackBase._init_callback_methods",
)
NEEDS = (
    "ansible.executor.task_executor:TaskExecutor._execute_internal",
    "ansible.executor.task_executor:TaskExecutor._set_connection_options",
    "ansible.executor.task_executor:TaskExecutor._get_action_handler_with_module_context",
    "ansible.executor.task_executor:TaskExecutor._poll_async_result",
    "ansible.executor.task_result:_WireTaskResult",
    "ansible.executor.task_queue_manager:FinalQueue.send_task_result",
    "ansible.executor.task_queue_manager:TaskQueueManager.load_callbacks",
    "ansible.playbook.task:Task._resolve_conditional",
    "ansible.plugins.connection.ssh:Connection._build_command",
    *NEEDS_OF_FILES,
)

AHEAD: tuple[str, ...] | None = (
    "ansible.playbook.base:Base.timeout",
    "ansible.playbook.play:Play.strategy",
    "ansible.playbook.play_context:PlayContext.timeout",
    "ansible.plugins.loader:init_plugin_loader",
    "ansible._internal._templating._engine:TemplateEngine.environment",
)
"""What an import ahead of runs needs besides; None: with this Ansible every run starts in the cold."""

Encrypted: Any = getattr(vault, "EncryptedString", ())
"""The class of values that are vaulted each for itself; `str` decrypts one."""


def executed(
    before: Callable[[dict[str, Any], Any], None],
    after: Callable[[Mapping[str, Any], dict[str, Any]], None],
    original: Callable[..., Any],
    _executor: Any,
    templar: Any,
    variables: dict[str, Any],
) -> Any:
    """An item of a task, between `before` (variables, templar) and `after` (result, variables)."""
    before(variables, templar)
    result = original(templar=templar, variables=variables)
    after(result, variables)
    return result


def answer_of(result: Any) -> dict[str, Any]:
    """What a task answered, as modules name it."""
    return dict(result)


def sent(handed: Mapping[str, Any], original: Callable[..., None], _queue: Any, result: Any) -> None:
    """A result is sent to the process of the run; `handed`, by its key, goes along among the fields of its task."""
    result.task_fields.update(handed)
    original(result)


def prepare(key: str) -> None:
    """In the process of the run: what is handed over arrives by itself."""


def callback_result(result: Any, key: str) -> Any:
    """What a callback was given, with `host`, `task`, `result`, `task_fields` and `is_changed`."""
    return result


def registered(task: Any) -> frozenset[str]:
    """The variables that hold the result of a task."""
    return frozenset({task.register} if task.register else ())


def is_false(executor: Any, condition: Any, variables: dict[str, Any]) -> bool:
    """Whether a condition of a task is false. Raises AnsibleError."""
    return not executor._task._resolve_conditional([condition], variables)


def timed_out(answer: Mapping[str, Any]) -> bool:
    """Whether a task ran into its time limit."""
    return "timedout" in answer


def made(callback: Any) -> None:
    """What Ansible's loader does to a callback plugin that it has made."""
    callback._init_callback_methods()


def load_file(loader: Any, path: str) -> Any:
    """The content of a file of YAML, read now and kept nowhere; nothing in it is a template."""
    return loader.load_from_file(path, cache="none", trusted_as_template=False)


def place_of(value: Any) -> tuple[str | None, int | None]:
    """The file and line where a value, or what Ansible says of its place, comes from."""
    origins: Any = import_module("ansible._internal._datatag._tags").Origin
    origin = value if value is None or isinstance(value, origins) else origins.get_tag(value)
    return (None, None) if origin is None else (origin.path, origin.line_num)
