"""Runs first on the target: serves the modules that came over stdin from memory, and hands over to the program."""

from __future__ import annotations

import json
import sys
from importlib.machinery import ModuleSpec
from typing import Any


class FromMemory:
    """Imports modules from the text that was sent; a name that others lie below is an empty package."""

    def __init__(self, sources: dict[str, str]) -> None:
        self.sources = sources

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """The spec of a module that was sent, or None."""
        if name in self.sources:
            return ModuleSpec(name, self)  # type: ignore[arg-type]
        if any(known.startswith(name + ".") for known in self.sources):
            return ModuleSpec(name, self, is_package=True)  # type: ignore[arg-type]
        return None

    def create_module(self, spec: ModuleSpec) -> None:
        """Let Python make the module."""

    def exec_module(self, module: Any) -> None:
        """Run the module's text; a package has none."""
        source = self.sources.get(module.__name__)
        if source is not None:
            exec(compile(source, "<orch " + module.__name__ + ">", "exec"), module.__dict__)  # noqa: S102 - our own text


def start() -> None:
    """Read the bundle (its length on a line, then JSON), serve its modules and run the program with its request."""
    source = sys.stdin.buffer
    bundle = json.loads(source.read(int(source.readline())))
    sys.meta_path.insert(0, FromMemory(bundle["modules"]))
    from orchestrator.adapters.ssh.on_target.serve import serve

    serve(bundle["request"], source, sys.stdout.buffer)
