"""What modules import, as ansible-core 2.19 and 2.20 find it: from a tree that is made before."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from importlib import import_module
from typing import Any

SHARED = "ansible.module_utils."


def fits() -> bool:
    """Whether this Ansible finds imports in this way."""
    common: Any = import_module("ansible.executor.module_common")
    if not hasattr(common, "_compile_module_ast") or not hasattr(common, "ModuleDepFinder"):
        return False
    return list(inspect.signature(common.ModuleDepFinder.__init__).parameters)[1:4] == [
        "module_fqn",
        "tree",
        "is_pkg_init",
    ]


def keep() -> None:
    """From now on it looks into a file of `ansible.module_utils` once for each text."""
    common: Any = import_module("ansible.executor.module_common")
    analysed = _Analysed(common._compile_module_ast, common.ModuleDepFinder.__init__)

    def begin(finder: Any, name: str, tree: Any, is_pkg_init: bool = False) -> None:
        analysed.find(finder, name, tree, is_package=is_pkg_init)

    common._compile_module_ast = analysed.tree
    common.ModuleDepFinder.__init__ = begin


class _Analysed:
    """What files import, as Ansible finds it: the files of `ansible.module_utils` by their text, others each time."""

    def __init__(self, parse: Callable[..., ast.Module], find: Callable[..., None]) -> None:
        self._parse, self._find = parse, find
        self._found: dict[tuple[str, bytes, bool], tuple[set[Any], set[Any]]] = {}

    def tree(self, name: str, source: str | bytes) -> Any:
        """Parsed; a shared file only when its imports are not known."""
        if name.startswith(SHARED) and isinstance(source, bytes):
            return _Text(name, source)
        return self._parse(name, source)

    def find(self, finder: Any, name: str, tree: Any, *, is_package: bool) -> None:
        """Give Ansible's finder what it finds in there."""
        if not isinstance(tree, _Text):
            self._find(finder, name, tree, is_package)
            return
        key = name, bytes(tree.source), is_package
        if key not in self._found:
            self._find(finder, name, self._parse(tree.name, tree.source), is_package)
            self._found[key] = finder.submodules, finder.optional_imports
        finder.submodules, finder.optional_imports = self._found[key]


class _Text:
    """A file that is not parsed yet."""

    def __init__(self, name: str, source: bytes) -> None:
        self.name, self.source = name, source
