"""What threads of one process must not do at the same time: load plugins, and build syntax trees.

Ansible's loader hands out a module that another thread is still executing. CPython 3.11 counts the depth of a syntax tree in
one place for all threads, and fails ("AST constructor recursion depth mismatch"); filters of users parse as well.
"""

from __future__ import annotations

import ast
import functools
import os
import threading
from collections.abc import Callable
from importlib import import_module
from typing import Any

ALONE = threading.RLock()
"""Held by the thread that loads or parses."""
_LOADING = ("get_with_context", "find_plugin_with_context", "_load_module_source", "has_plugin")


def put_in() -> None:
    """From now on one thread at a time does so; a fork is made while none does."""
    loader: Any = import_module("ansible.plugins.loader")
    for owner in (loader.PluginLoader, loader.Jinja2Loader):
        for name in _LOADING:
            if name in vars(owner):
                setattr(owner, name, _alone(vars(owner)[name]))
    ast.parse = _alone(ast.parse)
    os.register_at_fork(before=ALONE.acquire, after_in_parent=ALONE.release, after_in_child=ALONE.release)


def _alone(deed: Callable[..., Any]) -> Any:
    @functools.wraps(deed)
    def alone(*given: Any, **named: Any) -> Any:
        with ALONE:
            return deed(*given, **named)

    return alone
