"""Runs first on the target: serves the modules that came over stdin from memory, and hands over to the program."""

from __future__ import annotations

import marshal
import sys

# Where `importlib` has them from: it would take 2 ms.
from _frozen_importlib import ModuleSpec
from _frozen_importlib_external import MAGIC_NUMBER

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
    modules: dict[str, bytes] = marshal.loads(zlib.decompress(sent))  # noqa: S302 - the same
    return modules


def start() -> None:
    """Read version, bytecode, text and request (each its length on a line, then its bytes), and run the program."""
    source = sys.stdin.buffer
    version, sent, texts, request = [source.read(int(source.readline())) for _ in range(4)]
    sys.meta_path.insert(0, FromMemory(marshal.loads(texts), bytecode(version.decode(), sent)))  # noqa: S302
    from orchestrator.adapters.ssh.on_target.serve import serve

    serve(marshal.loads(request), source, sys.stdout.buffer)  # noqa: S302 - the same
