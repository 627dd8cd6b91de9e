"""Where a connection leads, read from its options at the moment of its use; and which ways are refused."""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import ansible
from ansible import constants
from ansible.errors import AnsibleError
from ansible.plugins.connection import ssh
from ansible.template import Templar

from orchestrator.adapters.ansible.in_run.host_variables import BY_PLAY
from orchestrator.adapters.ansible.in_run.places import elsewhere
from orchestrator.adapters.ansible.in_run.ssh_options import leading

Route = dict[str, tuple[str, ...]]
"""What of a connection's options decides where it leads, by option."""

_PROGRAMS = ("ssh_executable", "sftp_executable", "scp_executable")
_ARGUMENTS = ("ssh_args", "ssh_common_args", "ssh_extra_args", "sftp_extra_args", "scp_extra_args")
_OVER_SSH = ("ssh", "smart", "paramiko", "paramiko_ssh")
_INTERPRETER = re.compile(r"ansible_\w+_interpreter")
_ELSEWHERE = frozenset({"ssh", "sshpass", "docker", "podman", "kubectl", "nsenter", "chroot", "machinectl"})


def plugin(connection: Any) -> str:
    """The short name of a connection plugin; mitogen stands in for Ansible's own."""
    return str(connection._load_name).rpartition(".")[2].removeprefix("mitogen_")


def place(connection: Any) -> str:
    """`address:port` where Ansible's own ssh leads, or the name of another connection."""
    name = plugin(connection)
    if name not in _OVER_SSH:
        via = connection.get_task_var("mitogen_via") if hasattr(connection, "_connect_stack") else None
        return elsewhere(name, _address(connection)) + (f" by way of {via}" if via else "")
    file = sys.modules[type(connection).__module__].__file__ or ""
    if not _is_own(file, str(getattr(sys.modules.get("ansible_mitogen"), "__file__", ""))):
        return f"connection {name} of {Path(file)}"
    return f"{_address(connection)}:{option(connection, 'port') or 22}"


@functools.lru_cache(maxsize=64)
def _is_own(file: str, mitogen: str) -> bool:
    """Whether a plugin's file is Ansible's, or mitogen's, where that is imported from this file. Asked at each use."""
    own = [Path(ansible.__file__).parent, *([Path(mitogen).parent] if mitogen else [])]
    return any(Path(file).is_relative_to(folder) for folder in own)


def _address(connection: Any) -> str:
    given = option(connection, "host") or option(connection, "remote_addr")
    if plugin(connection) in BY_PLAY:
        given = ""
    return str(given or connection._play_context.remote_addr or "")


def option(connection: Any, name: str) -> str:
    """The value of an option, empty where the plugin has none."""
    try:
        value = connection.get_option(name)
    except (KeyError, AttributeError):
        return ""
    return "" if value is None else str(value)


def route(connection: Any) -> Route:
    """What decides where a connection leads."""
    route: Route = {}
    if plugin(connection) in ("ssh", "smart"):
        route |= {name: (option(connection, name),) for name in _PROGRAMS if option(connection, name)}
        route |= {name: _leading(option(connection, name)) for name in _ARGUMENTS}
    elif plugin(connection).startswith("paramiko"):
        command = option(connection, "proxy_command")
        route["proxy_command"] = (command,) if command else ()
    if hasattr(connection, "_connect_stack") and connection.get_task_var("mitogen_via"):
        route["mitogen_via"] = (str(connection.get_task_var("mitogen_via")),)
    return route


@functools.lru_cache(maxsize=256)
def _leading(arguments: str) -> tuple[str, ...]:
    return tuple(leading(ssh.Connection._split_ssh_args(arguments))) if arguments else ()


def inventory_route(executor: Any, name: str) -> Route:
    """How the inventory leads to a delegate, whatever the task and its play say."""
    manager = executor._variable_manager
    host = manager._inventory.get_host(name)
    variables = manager.get_vars(host=host, include_hostvars=False) if host is not None else {}
    templar = Templar(loader=executor._loader, variables=variables)
    route: Route = {}
    for option in (*_PROGRAMS, *_ARGUMENTS):
        value = constants.config.get_config_value(
            option, plugin_type="connection", plugin_name="ssh", variables=variables
        )
        value = str(templar.template(value) or "")
        route[option] = (value,) if option in _PROGRAMS else _leading(value)
    return route


def refuse_others(route: Route, verified: Route) -> None:
    """Raise AnsibleError where a way is not the one on which the host was verified."""
    for option, words in route.items():
        expected = verified[option] if option in verified else _usual(option)
        if words != expected:
            other = next((word for word in words if word not in expected), "without " + " ".join(expected))
            raise AnsibleError(
                f"orch refuses {option} {other}: the host was verified with {' '.join(expected) or 'none'}. "
                "Set it in the inventory, for all of the run."
            )


def _usual(option: str) -> tuple[str, ...]:
    if option not in _PROGRAMS:
        return ()
    value = constants.config.get_config_value(option, plugin_type="connection", plugin_name="ssh")
    return (str(value),)


def refuse_elsewhere(connection: Any) -> None:
    """Raise AnsibleError at a shell or a become program that is itself a way to another machine or into a container."""
    programs = {"ansible_shell_executable": str(getattr(connection._shell, "executable", None) or "")}
    become = connection.become
    if become is not None:
        programs |= {name: option(become, name) for name in ("become_exe", "become_flags")}
    _refuse_programs(programs)


def refuse_interpreters(variables: Mapping[str, Any], templar: Templar) -> None:
    """Raise AnsibleError at an interpreter of modules that is itself a way to another machine or into a container."""
    names = [name for name in variables if _INTERPRETER.fullmatch(str(name))]
    _refuse_programs({name: str(templar.template(variables[name]) or "") for name in names})


def _refuse_programs(programs: Mapping[str, str]) -> None:
    for name, command in programs.items():
        if _leads_elsewhere(command):
            raise AnsibleError(f"orch refuses {name} {command}: it leads to another machine.")


@functools.lru_cache(maxsize=256)
def _leads_elsewhere(command: str) -> bool:
    return any(Path(word).name in _ELSEWHERE for word in command.split())
