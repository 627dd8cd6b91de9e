"""Connections that a process of Ansible's keeps open (`network_cli` and its kin): host keys are checked, by the pinned file.

Libraries speak ssh there, and no option of Ansible's names the file of keys to them. So that process is started by
pinned_connection.py, which holds them to it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ansible import constants
from ansible.executor import task_executor

_NO_CHECK = ("host_key_auto_add", "record_host_keys")
_LIBRARIES = {"network_cli": "auto", "netconf": "ncclient"}
"""The library that speaks ssh for each such plugin, where none of its options names it."""


def install(places: Mapping[str, str]) -> None:
    """From now on each such process checks host keys. `places`: `program` and `known_hosts`; empty where none is pinned."""
    original = task_executor.start_connection

    def start(play_context: Any, options: dict[str, Any], *others: Any) -> Any:
        library = _LIBRARIES.get(str(play_context.connection).rpartition(".")[2])
        with _program(places if library else {}, str(options.get("ssh_type") or library)):
            return original(play_context, checked(options), *others)

    task_executor.start_connection = start


def checked(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a connection with host keys checked and none added, whatever variables say."""
    off = {name: False for name in _NO_CHECK if name in options}
    on = {"host_key_checking": True} if "host_key_checking" in options else {}
    return {**options, **off, **on}


@contextmanager
def _program(places: Mapping[str, str], ssh_type: str) -> Iterator[None]:
    """Let the process be started by our program: 2.18 and newer name it, older ones its folder."""
    if not places:
        yield
        return
    program = Path(places["program"])
    ours = {
        "_ANSIBLE_CONNECTION_PATH": str(program),
        "ORCH_KNOWN_HOSTS": places["known_hosts"],
        "ORCH_SSH_TYPE": ssh_type,
    }
    before = getattr(constants, "ANSIBLE_CONNECTION_PATH", None)
    constants.ANSIBLE_CONNECTION_PATH = str(program.parent)
    os.environ.update(ours)
    try:
        yield
    finally:
        constants.ANSIBLE_CONNECTION_PATH = before
        for name in ours:
            del os.environ[name]
