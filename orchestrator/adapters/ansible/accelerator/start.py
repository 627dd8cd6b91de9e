"""The accelerator, put into a process that is about to be ansible-playbook: `put_in`."""

from __future__ import annotations

import atexit
import os
from importlib import import_module

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
from orchestrator.adapters.ansible.warm import compiled_modules


def put_in() -> str | None:
    """From now on tasks run in threads and over channels; else why this Ansible cannot be accelerated, with nothing changed."""
    version = str(import_module("ansible.release").__version__)
    core, why = core_of(".".join(version.split(".")[:2]))
    if core is None:
        return why
    carried = Carried(Channels())
    # A fork asks in the opposite order: nobody inside may wait for what whoever closes the gate holds.
    plugin_locks.put_in()
    gate.put_in()
    compiled_modules.keep()
    deadlines.put_in()
    memo.put_in()
    module_parts.put_in(core)
    carried.put_in()
    FilesOnHost(carried).put_in()
    lanes.put_in(core, carried)
    waking.put_in()
    os.register_at_fork(after_in_child=carried.leave)
    atexit.register(carried.end)
    return None
