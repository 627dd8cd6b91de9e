"""mitogen imported ahead of accelerated runs, and what it would work out anew in each of them worked out before.

Each run has a multiplexer of its own, which strips the comments off what it sends to the hosts, and compiles Ansible's modules
to see what they import. Both depend on the text of a file alone and are kept by that text: what a run finds here is what it
would have found itself, also where a file has changed since. Connections, hosts and everything else belong to the run.
"""

import builtins
import gc
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import CodeType
from typing import Any

_MODULES = (
    "ansible_mitogen.strategy",
    "ansible_mitogen.connection",
    "ansible_mitogen.planner",
    "ansible_mitogen.process",
    "ansible_mitogen.services",
    "ansible_mitogen.transport_config",
    "mitogen.ssh",
    "mitogen.sudo",
    "mitogen.unix",
)
_MODULE = "setup"
"""The module of which most of what modules have in common is a part: it gathers facts, as most plays do."""


def warm_up() -> None:
    """Once Ansible is imported: mitogen, and what it finds in the modules that every run sends. Raises ImportError."""
    gc.disable()
    for name in _MODULES:
        import_module(name)
    keep()
    work_out()
    gc.collect()
    gc.freeze()


def keep() -> None:
    """From now on mitogen works out only once in this process, and in what is forked from it, what depends on a text alone."""
    minify: Any = import_module("mitogen.minify")
    minify.minimize_source = _kept(minify.minimize_source)
    compiled = _Compiled()
    for name in ("mitogen.master", "ansible_mitogen.module_finder"):
        # Both compile a module to read its imports from the code, and never run it.
        module: Any = import_module(name)
        module.compile = compiled


def work_out() -> None:
    """What each run asks for: mitogen's own modules, and those of Ansible that modules have in common."""
    master: Any = import_module("mitogen.master")
    parent: Any = import_module("mitogen.parent")
    services: Any = import_module("ansible_mitogen.services")
    parent.get_core_source_partial()
    finder = master.ModuleFinder()
    sent = set(services.ContextService.ALWAYS_PRELOAD)
    for name in sorted(sent):
        sent.update(finder.find_related(name))
    for name in sorted(sent):
        _, source, _ = finder.get_module_source(name)
        if source and master.ModuleResponder.minify_safe_re.search(source):
            master.mitogen.minify.minimize_source(source)
    _look_into(_MODULE)


def _look_into(module: str) -> None:
    """What a module of Ansible's imports, as before its first use in a run."""
    scanner: Any = import_module("ansible_mitogen.module_finder")
    package = Path(str(import_module("ansible").__file__)).parent
    path, shared = package / "modules" / f"{module}.py", package / "module_utils"
    scanner.scan(f"ansible_module_{module}", str(path), (str(shared),))


def _kept(minimize: Callable[[str | bytes], str]) -> Callable[[str | bytes], str]:
    """The same function, which remembers its answers."""
    answers: dict[str | bytes, str] = {}

    def minimized(source: str | bytes) -> str:
        if source not in answers:
            answers[source] = minimize(source)
        return answers[source]

    return minimized


class _Compiled:
    """Python's `compile` for code that is only looked at: by its text, whatever it is called."""

    def __init__(self) -> None:
        self._codes: dict[str | bytes, CodeType] = {}

    def __call__(self, source: str | bytes, name: str, mode: str) -> CodeType:
        code = self._codes.get(source)
        if code is None:
            code = self._codes[source] = builtins.compile(source, name, mode, dont_inherit=True)
        return code
