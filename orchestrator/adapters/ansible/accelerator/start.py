"""The accelerator, put into a process that is about to be ansible-playbook: `put_in`."""

from __future__ import annotations

import atexit
import os
from importlib import import_module
from typing import Any

from orchestrator.adapters.ansible.accelerator import (
    deadlines,
    gate,
    lanes,
    memo,
    module_parts,
    plugin_locks,
    waking,
)
from orchestrator.adapters.ansible.accelerator.carried import Carried
from orchestrator.adapters.ansible.accelerator.channels import Channels
from orchestrator.adapters.ansible.accelerator.core.choice import core_of
from orchestrator.adapters.ansible.accelerator.files_on_host import FilesOnHost

_ANALYSES = ("modules_2_21", "modules_2_19")


def put_in(threaded: frozenset[str] = frozenset()) -> str | None:
    """From now on tasks run in threads and over channels; else why this Ansible cannot be accelerated, with nothing changed.

    `threaded`: names of plugins that are not Ansible's own and may run in threads all the same.
    """
    version = str(import_module("ansible.release").__version__)
    core, why = core_of(".".join(version.split(".")[:2]))
    if core is None:
        return why
    carried = Carried(Channels())
    # A fork asks in the opposite order: nobody inside may wait for what whoever closes the gate holds.
    plugin_locks.put_in()
    gate.put_in()
    _analyse_once()
    deadlines.put_in()
    memo.put_in()
    module_parts.put_in(core)
    carried.put_in()
    FilesOnHost(carried).put_in()
    lanes.put_in(core, carried, threaded)
    waking.put_in()
    os.register_at_fork(after_in_child=carried.leave)
    atexit.register(carried.end)
    return None


def _analyse_once() -> None:
    """Have each file that modules share looked into once; where the run was forked from a zygote, it is so already."""
    for name in _ANALYSES:
        analyses: Any = import_module(f"orchestrator.adapters.ansible.guest.core.{name}")
        if analyses.fits():
            analyses.keep()
            return
