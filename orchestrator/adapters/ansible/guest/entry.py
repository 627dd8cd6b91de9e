"""Starts orch's part of a run under the Python of any Ansible: `PYTHON .../guest/entry.py PART ARGUMENTS`.

PART is `playbook` (ansible-playbook with orch's evidence in it), `inspector` or `zygote`. Of orch only the files in `FILES` can
be imported here, under their own names: no package of orch's is there, and where one is, it is not looked into. They need
Python 3.10, its standard library, and what Ansible itself needs.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType

_HERE = Path(__file__).resolve().parent
_ROOT = _HERE.parents[2]
_ANSIBLE = "orchestrator.adapters.ansible"
_IN_RUN = (
    "actions",
    "acts",
    "answers",
    "changes",
    "connections",
    "hints",
    "host_variables",
    "kept_text",
    "kept_values",
    "masks",
    "mitogen_held",
    "module_table",
    "opens",
    "persistent",
    "pinned_connection",
    "places",
    "routes",
    "sessions",
    "ssh_options",
)
_CORE = ("choice", "core_2_16", "core_2_19", "core_2_21", "modules_2_19", "modules_2_21")
_WARM = (
    "carried_code",
    "compiled_modules",
    "forked_inspection",
    "mitogen_preload",
    "player",
    "preload",
    "prompter",
    "protocol",
    "zygote",
)
_ACCELERATOR = (
    "borrowed",
    "carried",
    "channel",
    "channels",
    "deadlines",
    "dialogue",
    "endings",
    "files_of_module",
    "files_on_host",
    "gate",
    "greeting",
    "interpreters",
    "lanes",
    "looking_once",
    "memo",
    "module_parts",
    "modules_named",
    "own_bytecode",
    "own_plugins",
    "plugin_locks",
    "program",
    "requests",
    "rising",
    "rising_words",
    "session",
    "start",
    "stream",
    "waking",
    "on_host.loader",
    "on_host.wire",
    "core.choice",
    "core.core_2_19",
    "core.core_2_21",
)
"""orch's own accelerator; only where a run asks for it is any of it imported."""
FILES = frozenset(
    {
        "orchestrator.domain.text.redaction",
        "orchestrator.domain.text.unit_name",
        "orchestrator.adapters.process.own_process",
        "orchestrator.adapters.process.shut_off",
        f"{_ANSIBLE}.ansible_words",
        f"{_ANSIBLE}.evidence_entry",
        f"{_ANSIBLE}.inspector",
        f"{_ANSIBLE}.inventory_patterns",
        f"{_ANSIBLE}.tree_check.playbook_files",
        f"{_ANSIBLE}.vaulted_files",
        *(f"{_ANSIBLE}.accelerator.{name}" for name in _ACCELERATOR),
        *(f"{_ANSIBLE}.guest.core.{name}" for name in _CORE),
        *(f"{_ANSIBLE}.in_run.{name}" for name in _IN_RUN),
        *(f"{_ANSIBLE}.warm.{name}" for name in _WARM),
    }
)
"""All of orch that a run imports, by the names that it has in orch."""
_FOLDERS = frozenset(name.rsplit(".", depth)[0] for name in FILES for depth in range(1, name.count(".") + 1))
PARTS = {
    "playbook": f"{_ANSIBLE}.evidence_entry",
    "inspector": f"{_ANSIBLE}.inspector",
    "zygote": f"{_ANSIBLE}.warm.zygote",
}


class GuestFiles:
    """Finds the files in `FILES` and nothing else of orch; their packages are empty."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """The interface of `sys.meta_path`."""
        if name in FILES:
            return spec_from_file_location(name, place_of(name))
        if name in _FOLDERS:
            spec = ModuleSpec(name, self, is_package=True)  # type: ignore[arg-type]
            spec.submodule_search_locations = []
            return spec
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """As Python does by itself."""
        return None

    def exec_module(self, module: ModuleType) -> None:
        """An empty package: nothing is read for it."""


def place_of(name: str) -> Path:
    """The file of a module in `FILES`."""
    return _ROOT.joinpath(*name.split(".")[1:]).with_suffix(".py")


def put_in() -> None:
    """From now on the files in `FILES` can be imported in this process, also where no package of orch is."""
    if not any(isinstance(finder, GuestFiles) for finder in sys.meta_path):
        sys.meta_path.insert(0, GuestFiles())


def main() -> None:
    """Be the part that the command line names; exits as it does."""
    # Python begins with the folder of the program: nothing is to be imported from there.
    sys.path[:] = [folder for folder in sys.path if Path(folder).resolve() != _HERE]
    put_in()
    part = sys.argv.pop(1)
    import_module(PARTS[part]).main()


if __name__ == "__main__":
    main()
