"""Ansible imported ahead of a run, in the process that the run is forked from: modules, plugins and their documentation.

What is read here is Ansible's own, and the settings of one ansible.cfg. Nothing of a project's plugins, inventory or
playbooks is: a run reads those itself.
"""

import gc
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn

from orchestrator.adapters.ansible import evidence_entry
from orchestrator.adapters.ansible.guest.core.choice import core, lacking
from orchestrator.adapters.ansible.warm import compiled_modules

# What Ansible keeps of the settings of one run (settings.py) where it is imported; it asks for the others when it needs them.
_OF_ONE_RUN = (
    "ANSIBLE_HOME",
    "TASK_TIMEOUT",
    "INJECT_FACTS_AS_VARS",
    "HOST_PATTERN_MISMATCH",
    "TAGS_RUN",
    "TAGS_SKIP",
    "DEFAULT_VAULT_PASSWORD_FILE",
    "DEFAULT_VAULT_IDENTITY_LIST",
    "BECOME_PASSWORD_FILE",
    "CONNECTION_PASSWORD_FILE",
    "DEFAULT_FORKS",
    "DEFAULT_LOCAL_TMP",
    "DEFAULT_STRATEGY",
    "DEFAULT_STRATEGY_PLUGIN_PATH",
    "DEFAULT_TIMEOUT",
    "DEFAULT_ROLES_PATH",
    "COLLECTIONS_PATHS",
    "DEFAULT_VAULT_PASSWORD_FILE",
    "DEFAULT_VAULT_IDENTITY_LIST",
    "BECOME_PASSWORD_FILE",
    "CONNECTION_PASSWORD_FILE",
)
_POLL = "DEFAULT_INTERNAL_POLL_INTERVAL"
_POLL_SECONDS = 0.005
"""Between two looks at what tasks have answered: Ansible's own 0.001 takes 4 % of a core while tasks last, this takes 2 %."""
_YOUNG = 10_000
"""Objects before Python looks for cycles among the new ones: at its own 700, 4 % of a run's CPU went into that."""
_FIRST = "ansible.cli.playbook"
_MODULES = (
    "ansible.executor.task_queue_manager",
    "ansible.executor.process.worker",
    "ansible.executor.task_executor",
    "ansible.executor.module_common",
    "ansible.executor.powershell.module_manifest",
    "ansible.playbook.handler_task_include",
    "ansible.playbook.included_file",
    "ansible.playbook.role_include",
    "ansible.plugins.action.normal",
    "ansible.plugins.strategy.linear",
    "ansible._internal._errors._task_timeout",
    "ansible._internal._json._profiles._inventory_legacy",
    # What a module answers is read by it, in the process of each task.
    "ansible.module_utils._internal._json._profiles._module_legacy_m2c",
    "multiprocessing.popen_fork",
    "multiprocessing.synchronize",
    # The evidence plug-in loads these by their files where they are not there yet.
    *(f"orchestrator.adapters.ansible.in_run.{name}" for name in ("connections", "answers", "places")),
    "orchestrator.adapters.ansible.guest.core.choice",
    *(f"orchestrator.adapters.ansible.accelerator.{name}" for name in ("start", "core.core_2_19")),
    # What the accelerator changes is imported before it is.
    *(f"ansible.plugins.{name}" for name in ("action.reboot", "action.wait_for_connection", "strategy.free")),
    "ansible._internal._ansiballz._builder",
)
# Not `vars`: Ansible makes its vars plugins, those that read group_vars and host_vars, only where it has not looked for any
# yet; looked for here, they would be missing in the run, and it would not say so.
_LOADERS = ("inventory", "become", "shell", "connection", "callback", "cache", "strategy")


def warm_up(between: Callable[[], None] = lambda: None, more: Sequence[str] = ()) -> None:
    """Import what every run imports. What Ansible cannot load it says and ends the process, as it would in a run.

    `more`: modules that are imported too. `between` is called again and again once that is
    imported which an inspection needs too; it may fork. Raises ImportError where this Ansible has not the parts for it.
    """
    gc.disable()
    import_module(_FIRST)
    ahead = core().AHEAD
    if ahead is None or any(lacking(ahead)):
        raise ImportError("this Ansible cannot be imported ahead of runs")
    from ansible.plugins import loader

    # A run configures it again, with the same settings, and Python would warn of that.
    warnings.filterwarnings("ignore", message="AnsibleCollectionFinder has already been configured")
    loader.init_plugin_loader()
    import_module("ansible_collections.ansible.builtin")
    for name in _LOADERS:
        _prime(getattr(loader, f"{name}_loader"))
        between()
    for name in (*more, *_MODULES):
        if find_spec(name) is not None:
            import_module(name)
        between()
    _prime_templates()
    compiled_modules.keep()
    # Not collected before: the import leaves next to nothing, and to look for it takes a tenth of a second.
    gc.freeze()


def _prime(loader: Any) -> None:
    """Load the plugins of a kind, unless some of them are a project's own."""
    package = compiled_modules.ansible_folder()
    paths = [Path(path) for path in loader.all(path_only=True)]
    if all(path.is_relative_to(package) for path in paths):
        list(loader.all(class_only=True))


def _prime_templates() -> None:
    """Have the expressions compiled by which templates are read: else each task's process does so for its first one."""
    engine: Any = import_module("ansible._internal._templating._engine")
    _ = engine.TemplateEngine().environment.lexer


def play(arguments: Sequence[str], environment: dict[str, str], project: str) -> NoReturn:
    """Be ansible-playbook in this process, which was warmed up under the same settings but for those of one run."""
    from ansible import constants
    from ansible.cli.playbook import PlaybookCLI
    from ansible.playbook.base import Base
    from ansible.playbook.play import Play
    from ansible.playbook.play_context import PlayContext
    from ansible.plugins.loader import strategy_loader

    os.environ.clear()
    os.environ.update(environment)
    os.chdir(project)
    # Only where orch itself was imported: nothing of a project's finds it.
    sys.path[:] = [folder for folder in sys.path if folder != str(Path(__file__).parents[4])]
    sys.dont_write_bytecode = False
    evidence_entry.begin(arguments)
    for name in _OF_ONE_RUN:
        setattr(constants, name, constants.config.get_config_value(name))
    if constants.config.get_config_value_and_origin(_POLL)[1] == "default":
        setattr(constants, _POLL, _POLL_SECONDS)
    Base.__dict__["timeout"].default = constants.TASK_TIMEOUT
    PlayContext.__dict__["timeout"].default = constants.DEFAULT_TIMEOUT
    Play.__dict__["strategy"].default = constants.DEFAULT_STRATEGY
    for folder in environment.get("ANSIBLE_STRATEGY_PLUGINS", "").split(":"):
        if folder:
            strategy_loader.add_directory(str(Path(folder).expanduser()))
    _copy_what_is_read_again_only()
    gc.set_threshold(_YOUNG)
    gc.enable()
    evidence_entry.put_in()
    PlaybookCLI.cli_executor(sys.argv)
    raise AssertionError("cli_executor always exits")


def _copy_what_is_read_again_only() -> None:
    """Have Ansible hand out what it read of a file without a copy, until it reads that file again.

    It keeps each file that it has read and gives away a deep copy, which takes longer than reading; the inventory and the
    playbooks it reads but once. A file that is read again is read from the disk a second time, and kept from then on.
    """
    from ansible.parsing.dataloader import DataLoader

    read: set[str] = set()
    load = DataLoader.load_from_file

    def load_from_file(loader: Any, name: str, cache: str = "all", *others: Any, **named: Any) -> Any:
        path = loader.path_dwim(name)
        if others or named.get("unsafe") or cache != "all" or path in read:
            return load(loader, name, cache, *others, **named)
        read.add(path)
        return load(loader, name, "none", **{**named, "unsafe": True})

    DataLoader.load_from_file = load_from_file
