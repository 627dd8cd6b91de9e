"""Runs first on the target: serves the modules that came over stdin from memory, and hands over to the program."""

from __future__ import annotations

import json
import marshal
import sys
from importlib._bootstrap_external import MAGIC_NUMBER  # importlib.util takes 2 ms
from importlib.machinery import ModuleSpec

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class FromMemory:
    """Imports modules from what was sent: bytecode where it is of this Python, else the text.

    A name that others lie below is an empty package.
    """

    def __init__(self, sources: dict[str, str], compiled: dict[str, bytes]) -> None:
        self.sources = sources
        self.compiled = compiled

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
        name = module.__name__
        if name in self.sources:
            code = (
                marshal.loads(self.compiled[name])  # noqa: S302 - our own, and of this very Python
                if name in self.compiled
                else compile(self.sources[name], "<orch " + name + ">", "exec")
            )
            exec(code, module.__dict__)  # noqa: S102 - our own text


def bytecode(version: str, sent: bytes) -> dict[str, bytes]:
    """Every module's bytecode, by name; nothing where it is of another Python, or cannot be read by this one."""
    if version != str(sys.implementation.cache_tag) + " " + MAGIC_NUMBER.hex():
        return {}
    try:
        import zlib
    except ImportError:
        return {}
    found: dict[str, bytes] = marshal.loads(zlib.decompress(sent))  # noqa: S302 - the same
    return found


def start() -> None:
    """Read bytecode and bundle (each its length on a line, then its bytes), and run the program with its request."""
    source = sys.stdin.buffer
    sent = source.read(int(source.readline()))
    bundle = json.loads(source.read(int(source.readline())))
    sys.meta_path.insert(0, FromMemory(bundle["modules"], bytecode(bundle["version"], sent)))
    from orchestrator.adapters.ssh.on_target.serve import serve

    serve(bundle["request"], source, sys.stdout.buffer)
