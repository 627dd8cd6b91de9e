"""Which module of this folder fits the Ansible of this process: by the parts that are there, not by the number it has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from importlib import import_module
from typing import Any

_NEWEST_FIRST = ("core_2_21", "core_2_19", "core_2_16")
_WITHIN = __name__.rpartition(".")[0]


@cache
def core() -> Any:
    """The module for this Ansible. Raises ImportError where none fits: a run that cannot be seen is not begun."""
    lacks = []
    for name in _NEWEST_FIRST:
        module: Any = import_module(f"{_WITHIN}.{name}")
        missing = list(lacking(module.NEEDS))
        if not missing:
            return module
        lacks.append(f"{name} needs {', '.join(missing)}")
    from ansible.release import __version__

    raise ImportError(f"orch cannot look into ansible-core {__version__}: {'; '.join(lacks)}")


def lacking(parts: Iterable[str]) -> Iterator[str]:
    """Those of some parts, as `module:name`, that this Ansible does not have."""
    for part in parts:
        where, _, path = part.partition(":")
        try:
            owner: Any = import_module(where)
            for name in path.split("."):
                owner = getattr(owner, name)
        except (ImportError, AttributeError):
            yield part
