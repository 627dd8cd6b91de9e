"""Which module of this folder fits the Ansible of this process: tried with its series, and all parts are there."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from orchestrator.adapters.ansible.guest.core.choice import lacking

_NAMES = ("core_2_19", "core_2_21")
_WITHIN = __name__.rpartition(".")[0]
PARTS = (
    "ansible.executor.module_common:_get_ansible_module_fqn",
    "ansible.executor.module_common:recursive_finder",
    "ansible.executor.module_common:_add_module_to_zip",
    "ansible.executor.module_common:_get_shebang",
    "ansible.executor.module_common:_extract_interpreter",
    "ansible.executor.module_common:_is_binary",
    "ansible.executor.module_common:_BuiltModule",
    "ansible.executor.module_common:NEW_STYLE_PYTHON_MODULE_RE",
    "ansible.executor.module_common:REPLACER",
    "ansible.executor.task_executor:TaskExecutor._get_action_handler_with_module_context",
    "ansible.executor.task_executor:TaskExecutor._set_connection_options",
    "ansible._internal._ansiballz._builder:ExtensionManager.create",
    "ansible._internal._datatag._tags:Origin",
    "ansible._internal._errors._alarm_timeout:AnsibleTimeoutError.alarm_timeout",
    "ansible.module_utils.common.json:get_module_encoder",
    "ansible.plugins.action:ActionBase._low_level_execute_command",
    "ansible.plugins.action:ActionBase._transfer_data",
    "ansible.plugins.action:ActionBase._make_tmp_path",
    "ansible.plugins.action:ActionBase._remove_tmp_path",
    "ansible.plugins.action:ActionBase._should_remove_tmp_path",
    "ansible.plugins.action:ActionBase._fixup_perms2",
    "ansible.plugins.action:modify_module",
    "ansible.plugins.connection.ssh:Connection._bare_run",
    "ansible.plugins.connection.ssh:Connection._file_transport_command",
    "ansible.plugins.connection.ssh:Connection._build_command",
    "ansible.plugins.connection.ssh:Connection.reset",
    "ansible.plugins.loader:PluginLoader.get_with_context",
    "ansible.plugins.loader:PluginLoader.find_plugin_with_context",
    "ansible.plugins.loader:PluginLoader._load_module_source",
    "ansible.plugins.loader:Jinja2Loader.get_with_context",
    "ansible.plugins.strategy:WorkerProcess",
    "ansible.plugins.strategy:StrategyBase._queue_task",
    "ansible.vars.manager:VariableManager.set_host_facts",
)
"""Parts of Ansible that every series needs."""


def core_of(series: str) -> tuple[Any, str]:
    """The module for a series such as `2.19`, or None, and then why there is none."""
    for name in _NAMES:
        module: Any = import_module(f"{_WITHIN}.{name}")
        if series in module.SERIES:
            missing = [*lacking(PARTS), *lacking(module.NEEDS)]
            if missing:
                return None, f"ansible-core {series} lacks {', '.join(missing)}"
            return module, ""
    return None, f"orch does not know how to accelerate ansible-core {series}"
