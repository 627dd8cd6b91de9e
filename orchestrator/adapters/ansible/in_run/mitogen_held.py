"""Runs through mitogen, held to what holds for all runs. Private names of mitogen occur here on purpose."""

from __future__ import annotations

import functools
import importlib
import secrets
from typing import Any

from orchestrator.adapters.ansible.in_run.connections import Ways, around
from orchestrator.adapters.ansible.in_run.ssh_options import without_file


def hold(folder: str, ways: Ways | None) -> None:
    """It would pin each process to a core, which is slower where there are few, and have its socket in a folder of all, where a
    run that is killed leaves it behind.
    """
    affinity: Any = importlib.import_module("ansible_mitogen.affinity")
    affinity.policy = affinity.Policy()
    if ways is not None:
        hold_connections(ways)
    if folder:
        unix: Any = importlib.import_module("mitogen.unix")
        unix.make_socket_path = lambda: f"{folder}/mitogen-{secrets.token_hex(4)}.sock"


def hold_connections(ways: Ways) -> None:
    """What holds for Ansible's connections, for mitogen's, which its own processes open."""
    connection: Any = importlib.import_module("ansible_mitogen.connection").Connection
    if not hasattr(connection, "orch_held"):
        connection.orch_held = True
        around(connection, "_build_stack", functools.partial(_stack, ways))
        around(connection, "_connect_stack", functools.partial(_connects, ways))


def _stack(ways: Ways, original: Any, connection: Any) -> tuple[str, Any]:
    name, stack = original()
    for hop in stack:
        if hop["method"] == "ssh":
            hop["kwargs"]["check_host_keys"] = "enforce"
            hop["kwargs"]["ssh_args"] = [*ways.before(connection), *without_file(hop["kwargs"]["ssh_args"])]
    return name, stack


def _connects(ways: Ways, original: Any, connection: Any, stack: Any) -> None:
    if hasattr(connection, "orch_executor"):
        ways.use(connection)
    original(stack)
