"""While many modules are looked into, each file that they share is looked for once: that is most of what it costs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

_SET = ("_info", "is_package", "source_code")
"""What Ansible's locator keeps of a file that it was asked for."""


@contextmanager
def looked_for_once() -> Iterator[None]:
    """Here Ansible's locator of shared files remembers what it saw; where it is not as orch knows it, nothing changes."""
    common: Any = import_module("ansible.executor.module_common")
    locator: Any = getattr(common, "LegacyModuleUtilLocator", None)
    look = None if locator is None else locator.__dict__.get("_find_module")
    if look is None:
        yield
        return
    seen: dict[tuple[Any, ...], tuple[bool, dict[str, Any]]] = {}

    def remembered(asked: Any, name: Any) -> bool:
        key = tuple(name), tuple(asked._mu_paths)
        if key not in seen:
            is_there = look(asked, name)
            seen[key] = is_there, {field: getattr(asked, field) for field in _SET if hasattr(asked, field)}
        is_there, fields = seen[key]
        vars(asked).update(fields)
        return is_there

    locator._find_module = remembered
    try:
        yield
    finally:
        locator._find_module = look
