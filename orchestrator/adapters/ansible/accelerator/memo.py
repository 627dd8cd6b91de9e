"""What Ansible works out for each task again although it is the same each time: kept, by all that it depends on."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from importlib import import_module
from typing import Any


def put_in() -> None:
    """From now on ssh's arguments are split once, and facts are replaced and not changed where others read them."""
    _split_once()
    _replace_facts()


def _split_once() -> None:
    connection: Any = import_module("ansible.plugins.connection").ConnectionBase
    split = connection._split_ssh_args

    @functools.lru_cache(maxsize=256)
    def kept(text: str) -> tuple[str, ...]:
        return tuple(split(text))

    connection._split_ssh_args = staticmethod(lambda text: list(kept(str(text))))


def _replace_facts() -> None:
    """Another thread may be reading a host's facts while the run adds to them."""
    manager: Any = import_module("ansible.vars.manager").VariableManager
    changed = manager.set_host_facts

    @functools.wraps(changed)
    def set_host_facts(self: Any, host: Any, facts: Any) -> None:
        cache = self._fact_cache
        try:
            known = cache.get(host)
        except KeyError:
            known = None
        # Another cache than that in memory hands out copies, and would write one more.
        if isinstance(known, dict) and isinstance(facts, Mapping) and known is cache.get(host):
            cache.set(host, dict(known))
        changed(self, host, facts)

    manager.set_host_facts = set_host_facts
