"""What modules import, as ansible-core 2.21 and 2.22 find it: the finder parses the text itself, and embeds resources too."""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import Any

from orchestrator.adapters.ansible.guest.core.modules_2_19 import SHARED

_FOUND = ("submodules", "optional_imports", "embeds")


def fits() -> bool:
    """Whether this Ansible finds imports in this way."""
    common: Any = import_module("ansible.executor.module_common")
    if not hasattr(common, "ModuleDepFinder"):
        return False
    named = list(inspect.signature(common.ModuleDepFinder.__init__).parameters)[1:4]
    return named == ["module_fqn", "module_data", "is_pkg_init"] and "embeds" in inspect.getsource(
        common.ModuleDepFinder.__init__
    )


def keep() -> None:
    """From now on it looks into a file of `ansible.module_utils` once for each text."""
    common: Any = import_module("ansible.executor.module_common")
    find = common.ModuleDepFinder.__init__
    known: dict[tuple[str, bytes, bool], dict[str, Any]] = {}

    def begin(finder: Any, name: str, text: bytes, is_pkg_init: bool = False) -> None:
        if not name.startswith(SHARED) or not isinstance(text, bytes):
            find(finder, name, text, is_pkg_init)
            return
        key = name, bytes(text), bool(is_pkg_init)
        if key not in known:
            find(finder, name, text, is_pkg_init)
            known[key] = {part: getattr(finder, part) for part in _FOUND}
        for part, value in known[key].items():
            setattr(finder, part, value)

    common.ModuleDepFinder.__init__ = begin
