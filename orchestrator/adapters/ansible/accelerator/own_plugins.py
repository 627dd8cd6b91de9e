"""Whether a task is made of Ansible's own plugins alone, as far as that can be known before it begins.

What is a template of a loop's item, or cannot be known for another reason, counts as not: such a task runs in a process.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

ALONE = frozenset({"pause"})
"""Ansible's own actions that need a process: this one waits for a person at the terminal of the run."""
_SHELLS = ("sh", "csh", "fish")


class OwnPlugins:
    """Looks plugins up as Ansible will.

    `apart`: more actions that need a process of their own. `threaded`: names of plugins that count as Ansible's own, because
    the plan allows it; a connection never does.
    """

    def __init__(self, apart: frozenset[str] = frozenset(), threaded: frozenset[str] = frozenset()) -> None:
        self._apart, self._threaded = apart | ALONE, threaded
        self._loader: Any = import_module("ansible.plugins.loader")
        self._engine: Any = import_module("ansible._internal._templating._engine").TemplateEngine
        self._executor: Any = import_module("ansible.executor.task_executor").TaskExecutor
        self._ssh: Any = import_module("ansible.plugins.connection.ssh").Connection
        self._handlers: dict[tuple[Any, ...], bool] = {}
        self._classes: dict[tuple[str, str], Any] = {}

    def make_up(self, given: Any) -> bool:
        """Whether action, connection, become and shell of a task are Ansible's own. `given`: what a worker is made with."""
        try:
            return self._is_own_action(given.task) and self._is_own_way(given)
        except Exception:  # noqa: BLE001 - a template of the user's; Ansible says what is wrong with it
            return False

    def are_in(self, handler: Any, connection: Any) -> bool:
        """The same of the plugins that Ansible has made for a task."""
        if type(connection) is not self._ssh or short_name(type(handler)) in self._apart:
            return False
        plugins = [handler, connection._shell, *([connection.become] if connection.become else [])]
        return all(self._fits(type(plugin)) for plugin in plugins)

    def _fits(self, plugin: Any) -> bool:
        return is_own(plugin) or name_of(plugin) in self._threaded

    def _is_own_action(self, task: Any) -> bool:
        action = str(task.action)
        if "{{" in action or task.debugger:
            return False
        key = (action, tuple(task.collections or ()), self._folders("action"), self._folders("module"))
        if key not in self._handlers:
            handler = self._handler_of(task)
            self._handlers[key] = self._fits(handler) and short_name(handler) not in self._apart
        return self._handlers[key]

    def _handler_of(self, task: Any) -> Any:
        """The class of the action, by Ansible's own choice of it, which makes no action here."""

        def class_of(name: str, collection_list: Any = None, **_given: Any) -> Any:
            return self._loader.action_loader.get(name, class_only=True, collection_list=collection_list)

        asked: Any = self._executor.__new__(self._executor)
        asked._task = task
        asked._connection = SimpleNamespace(supports_persistence=False, force_persistence=False)
        asked._play_context = asked._loader = None
        asked._shared_loader_obj = SimpleNamespace(
            module_loader=self._loader.module_loader,
            action_loader=SimpleNamespace(get=class_of, has_plugin=self._loader.action_loader.has_plugin),
        )
        choose: Callable[..., Any] = inspect.unwrap(self._executor._get_action_handler_with_module_context)
        return choose(asked, templar=self._engine())[0]

    def _is_own_way(self, given: Any) -> bool:
        task, variables = given.task, given.task_vars
        if task.delegate_to is not None:
            if (task.loop is not None or task.loop_with) and "{{" in str(task.delegate_to):
                return False
            engine = self._engine(loader=given.loader, variables=variables)
            manager = given.variable_manager
            others, name = manager.get_delegated_vars_and_hostname(engine, task, dict(variables))
            if name is not None:
                variables = others["ansible_delegated_vars"][name]
        text = _Texts(self._engine, given.loader, variables)
        if self._class_of("connection", text.of("ansible_connection", task.connection)) is not self._ssh:
            return False
        if text.of("ansible_shell_type", "sh") not in _SHELLS:
            return False
        becomes = variables.get("ansible_become", task.become)
        if becomes in (None, False):
            return True
        return self._fits(self._class_of("become", text.of("ansible_become_method", task.become_method)))

    def _class_of(self, kind: str, name: str) -> Any:
        key = (kind, name)
        if key not in self._classes:
            self._classes[key] = getattr(self._loader, f"{kind}_loader").get(name, class_only=True)
        return self._classes[key]

    def _folders(self, kind: str) -> tuple[Any, ...]:
        return tuple(getattr(self._loader, f"{kind}_loader")._get_paths())


class _Texts:
    """Variables of a task as text; templates only where there are some."""

    def __init__(self, engine: Any, loader: Any, variables: Mapping[str, Any]) -> None:
        self._engine, self._loader, self._variables = engine, loader, variables

    def of(self, name: str, otherwise: Any) -> str:
        """The value of a variable, or else this one."""
        value = self._variables.get(name)
        value = otherwise if value is None else value
        if "{{" in str(value):
            value = self._engine(loader=self._loader, variables=self._variables).template(value)
        return str(value or "")


def is_own(plugin: Any) -> bool:
    """Whether a plugin's class is in a file of Ansible's."""
    if plugin is None:
        return False
    module = sys.modules.get(plugin.__module__)
    file = getattr(module, "__file__", None) or getattr(plugin, "_original_path", "")
    return bool(file) and _is_in_ansible(str(file))


@lru_cache(maxsize=256)
def _is_in_ansible(file: str) -> bool:
    """Asked four times for each task, of the same few files."""
    return Path(file).is_relative_to(Path(str(import_module("ansible").__file__)).parent)


def name_of(plugin: Any) -> str:
    """The name by which tasks call a plugin that Ansible has found, with its collection."""
    return str(getattr(plugin, "ansible_name", "")).removeprefix("ansible.legacy.")


def short_name(plugin: Any) -> str:
    """The name of a plugin's file."""
    return str(plugin.__module__).rpartition(".")[2]
