"""ansible-playbook with orch's evidence in it: `guest/entry.py playbook ARGUMENTS`; imported where it is forked.

The callback plugin is loaded from orch's own file and put into the process. Ansible looks no plugin up by its name, so none
that a project or a home has under that name takes its place. It is made before anything of the project is loaded, and takes
out of the environment what says where evidence goes.
"""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from orchestrator.adapters.ansible.guest.core.choice import core
from orchestrator.adapters.process.shut_off import shut_off_as_given

PLUGIN = Path(__file__).resolve().parent / "callback_plugins" / "orch_evidence.py"


def put_in() -> None:
    """Have each run of this process tell orch's evidence first of all, before its other callback plugins."""
    from ansible.executor.task_queue_manager import TaskQueueManager

    evidence, load = _evidence(), TaskQueueManager.load_callbacks

    def load_callbacks(manager: Any) -> None:
        load(manager)
        if evidence not in manager._callback_plugins:
            manager._callback_plugins.insert(0, evidence)

    TaskQueueManager.load_callbacks = load_callbacks
    threaded = frozenset(os.environ.pop("ORCH_THREADED_PLUGINS", "").split())
    if os.environ.pop("ORCH_ACCELERATE", "") == "orch":
        reason = _accelerated(threaded)
        if reason is not None:
            evidence.goes_stock(reason)


def _accelerated(threaded: frozenset[str]) -> str | None:
    """Put orch's own accelerator into this process; why the run goes Ansible's own way, or None where it does not."""
    try:
        start: Any = import_module("orchestrator.adapters.ansible.accelerator.start")
    except ImportError as lacking:
        return f"the accelerator cannot be imported: {lacking}"
    reason: str | None = start.put_in(threaded)
    return reason


def _evidence() -> Any:
    """The plugin, made as Ansible's loader would make it; it has no options."""
    spec = spec_from_file_location("orch_evidence_put_in", PLUGIN)
    if spec is None or spec.loader is None:
        raise ImportError(f"{PLUGIN} cannot be loaded")
    module = module_from_spec(spec)
    sys.modules[spec.name] = module  # Ansible asks there for the file of a plugin
    spec.loader.exec_module(module)
    evidence: Any = module.CallbackModule()
    evidence._load_name, evidence._original_path = spec.name, str(PLUGIN)
    core().made(evidence)
    return evidence


def begin(arguments: Sequence[str]) -> None:
    """Have the command line of ansible-playbook, with the path of its program: `ansible` beside it gives ssh its passwords."""
    sys.argv = [str(Path(sys.executable).with_name("ansible-playbook")), *arguments]


def main() -> None:
    """Be ansible-playbook; exits as it does."""
    shut_off_as_given(os.environ)
    from ansible.cli.playbook import PlaybookCLI

    put_in()
    begin(sys.argv[1:])
    PlaybookCLI.cli_executor(sys.argv)
