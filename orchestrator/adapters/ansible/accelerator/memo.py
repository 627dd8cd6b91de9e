"""What Ansible works out for each task again although it is the same each time: kept, by all that it depends on."""

from __future__ import annotations

import argparse
import functools
from collections import OrderedDict
from collections.abc import Mapping
from importlib import import_module
from types import SimpleNamespace
from typing import Any

_READ_FOR_TERMINAL = ("ssh_args", "ssh_common_args", "ssh_extra_args")
_MOST_FACTS = 512
"""Hosts whose named facts are kept."""


def put_in() -> None:
    """From now on ssh's arguments are read once, and facts are replaced and not changed where others read them."""
    _split_once()
    _look_for_terminal_once()
    _replace_facts()
    _name_facts_once()


def _split_once() -> None:
    connection: Any = import_module("ansible.plugins.connection").ConnectionBase
    split = connection._split_ssh_args

    @functools.lru_cache(maxsize=256)
    def kept(text: str) -> tuple[str, ...]:
        return tuple(split(text))

    connection._split_ssh_args = staticmethod(lambda text: list(kept(str(text))))


class ParserWhenAsked:
    """Stands for a parser of command lines, which takes long to make, until there is one to parse."""

    def __init__(self, *given: Any, **named: Any) -> None:
        self._made: Any = None
        self._steps: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [("", given, named)]

    def add_argument(self, *given: Any, **named: Any) -> None:
        """One more argument."""
        self._steps.append(("add_argument", given, named))

    def __getattr__(self, name: str) -> Any:
        if self._made is None:
            (_, given, named), *steps = self._steps
            self._made = argparse.ArgumentParser(*given, **named)
            for step, arguments, by_name in steps:
                getattr(self._made, step)(*arguments, **by_name)
        return getattr(self._made, name)


def _look_for_terminal_once() -> None:
    """Whether ssh's arguments ask for a terminal is read of them by a parser of command lines, three times for each task."""
    plugin: Any = import_module("ansible.plugins.connection.ssh")
    plugin.argparse = SimpleNamespace(**{**vars(argparse), "ArgumentParser": ParserWhenAsked})
    connection = plugin.Connection
    look = connection._is_tty_requested
    known: dict[tuple[str | None, ...], bool] = {}

    @functools.wraps(look)
    def looked(self: Any) -> bool:
        given = [self.get_option(name) for name in _READ_FOR_TERMINAL]
        key = tuple(None if value is None else str(value) for value in given)
        if key not in known:
            known[key] = bool(look(self))
        return known[key]

    connection._is_tty_requested = looked


def _name_facts_once() -> None:
    """Facts by their names without prefix are made anew only for facts that are new; those in memory are never changed."""
    manager: Any = import_module("ansible.vars.manager")
    name_all = manager.namespace_facts
    named: OrderedDict[int, tuple[Any, dict[str, Any]]] = OrderedDict()

    @functools.wraps(name_all)
    def namespace_facts(facts: Any) -> dict[str, Any]:
        # The facts are kept beside, so that no others get their number.
        kept, under = named.get(id(facts), (None, {}))
        if kept is not facts:
            under = name_all(facts)["ansible_facts"]
            named[id(facts)] = facts, under
            while len(named) > _MOST_FACTS:
                named.popitem(last=False)
        return {"ansible_facts": dict(under)}

    manager.namespace_facts = namespace_facts


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
            # With all of them from the first: what is added to it then changes nothing for whoever has read it.
            cache.set(host, {**known, **facts})
        changed(self, host, facts)

    manager.set_host_facts = set_host_facts
