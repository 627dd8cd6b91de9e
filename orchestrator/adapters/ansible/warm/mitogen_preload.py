"""mitogen imported ahead of accelerated runs, and what it would work out anew in each of them worked out before.

Each run has a multiplexer of its own, which compiles Ansible's modules to see what they import, and packs them for the hosts,
which compile them once more: every host, for each of its users. All of it depends on the text of a file alone and is kept by
that text: what a run finds here is what it would have found itself, also where a file has changed since. What is Ansible's and
mitogen's own goes to the hosts with its code (carried_code.py). Connections, hosts and everything else belong to the run.
"""

import builtins
import functools
import gc
import zlib
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from types import CodeType
from typing import Any

from orchestrator.adapters.ansible.accelerator.own_bytecode import code_of
from orchestrator.adapters.ansible.warm.carried_code import carrying
from orchestrator.adapters.ansible.warm.compiled_modules import MODULE, ansible_folder

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
_OWN = ("mitogen", "ansible_mitogen")
_FIRST = frozenset({"mitogen", "mitogen.core"})
"""Sent as mitogen's first step, before there is anything that asks for modules."""
_WORTHWHILE = 1500
"""Bytes of text that take a host longer to compile than to unpack."""
_ON_THE_WAY = ("mitogen.sudo",)
"""Asked for by hosts where a play becomes root, and not part of what mitogen sends ahead."""
_TARGET = "ansible_mitogen/target.py"
_ALTERED = (
    (b"\nimport ansible_mitogen.runner\n", b"\n\n"),
    (b"getattr(ansible_mitogen.runner,", b"getattr(__import__('ansible_mitogen.runner').runner,"),
)
"""What each interpreter on a host begins with imports all that runs modules. One that is only there to call sudo runs none, and
any other has time for it until its first module.
"""
_YOUNG = 10_000
"""As in a run (preload.py): an interpreter on a host makes 100 modules in its first moments, and leaves no cycles there."""


def warm_up() -> None:
    """Once Ansible is imported: mitogen, and what it finds in the modules that every run sends. Raises ImportError."""
    gc.disable()
    for name in _MODULES:
        import_module(name)
    work_out(keep())
    gc.collect()
    gc.freeze()


def keep() -> "Kept":
    """From now on mitogen works out only once in this process, and in what is forked from it, what depends on a text alone."""
    kept = Kept()
    minify: Any = import_module("mitogen.minify")
    master: Any = import_module("mitogen.master")
    service: Any = import_module("mitogen.service")
    scanner: Any = import_module("ansible_mitogen.module_finder")
    minify.minimize_source = kept.minimized(minify.minimize_source)
    master.zlib = kept
    # Both compile a module to read its imports from the code, and never run it.
    master.compile = scanner.compile = kept.compile
    push: Any = service.PushFileService
    push.propagate_to = kept.propagated(push.propagate_to)
    return kept


def work_out(kept: "Kept") -> None:
    """What each run asks for: mitogen's own modules, and those of Ansible that modules have in common."""
    master: Any = import_module("mitogen.master")
    parent: Any = import_module("mitogen.parent")
    services: Any = import_module("ansible_mitogen.services")
    kept.take(sorted((ansible_folder() / "module_utils" / "facts").rglob("*.py")))
    scanned = _look_into()
    finder = master.ModuleFinder()
    sent = set(services.ContextService.ALWAYS_PRELOAD)
    for name in sorted(sent):
        sent.update(finder.find_related(name))
    sources = [finder.get_module_source(name)[0] for name in sorted(sent.union(_ON_THE_WAY) - _FIRST)]
    kept.take(Path(path) for path in [*sources, *scanned] if path)
    kept.take_module(ansible_folder() / "modules" / f"{MODULE}.py")
    text, code = code_of(Path(master.mitogen.core.__file__))
    first = parent.PartialZlib(carrying(text, code, "<stdin>", f'i("gc").set_threshold({_YOUNG})'))
    parent.get_core_source_partial = lambda: first


def _look_into() -> list[str]:
    """The files that the module imports, as mitogen finds them before its first use in a run."""
    scanner: Any = import_module("ansible_mitogen.module_finder")
    path, shared = ansible_folder() / "modules" / f"{MODULE}.py", ansible_folder() / "module_utils"
    return [
        imported for _, imported, _ in scanner.scan(f"ansible_module_{MODULE}", str(path), (str(shared),))
    ]


def _sent(path: Path, text: bytes, code: CodeType) -> tuple[bytes, CodeType]:
    """What a host is sent of a file: its text and code, altered in the one of mitogen's that every interpreter begins with."""
    if not path.match(_TARGET) or any(text.count(own) != 1 for own, _ in _ALTERED):
        return text, code
    for own, ours in _ALTERED:
        text = text.replace(own, ours)
    return text, builtins.compile(text, str(path), "exec", dont_inherit=True)


class Kept:
    """Answers by text: the code of a module, and what of it goes to the hosts."""

    def __init__(self) -> None:
        self._codes: dict[bytes, CodeType] = {}
        self._compressed: dict[bytes, bytes] = {}
        self._modules: dict[bytes, bytes] = {}
        self._packages = [
            ansible_folder(),
            *(Path(str(import_module(name).__file__)).parent for name in _OWN),
        ]

    def take(self, paths: Iterable[Path]) -> None:
        """Have these files sent with their code, those of a project's own left out."""
        for path in paths:
            if self._own(path):
                text, code = code_of(path)
                self._codes[text] = code
                if len(text) >= _WORTHWHILE and text not in self._compressed:
                    sent, its = _sent(path, text, code)
                    # What is within is packed already, and mitogen sends each byte above 127 as two.
                    self._compressed[text] = zlib.compress(carrying(sent, its, f"master:{path}"), 0)

    def _own(self, path: Path) -> bool:
        return path.is_absolute() and any(path.is_relative_to(package) for package in self._packages)

    def take_module(self, path: Path) -> bytes:
        """A module of Ansible's that hosts are to run, with its code; it is loaded once for all tasks of a run."""
        text = path.read_bytes()
        if text not in self._modules:
            text, code = code_of(path)
            kept = (
                'i("sys").modules["ansible_mitogen.runner"].NewStyleRunner._code_by_path'
                f".__setitem__({str(path)!r},c)"
            )
            self._modules[text] = carrying(text, code, f"master:{path}", kept)
        return self._modules[text]

    def compress(self, source: bytes, level: int) -> bytes:
        """zlib's, in mitogen's way to the hosts."""
        answer = self._compressed.get(source)
        if answer is None:
            answer = self._compressed[source] = zlib.compress(source, level)
        return answer

    def compile(self, source: str | bytes, name: str, mode: str) -> CodeType:
        """Python's `compile` for code that is only looked at: by its text, whatever it is called."""
        text = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source
        code = self._codes.get(text)
        if code is None and self._own(Path(name)):
            its_text, its = code_of(Path(name))
            code = its if its_text == text else None
        if code is None:
            code = builtins.compile(source, name, mode, dont_inherit=True)
        self._codes[text] = code
        return code

    def minimized(self, minimize: Callable[[str | bytes], str]) -> Callable[[str | bytes], str]:
        """The function that takes comments off: not where code goes along, and otherwise once."""
        answers: dict[str | bytes, str] = {}

        def minimized(source: str | bytes) -> str:
            if isinstance(source, bytes) and source in self._compressed:
                return source.decode()
            if source not in answers:
                answers[source] = minimize(source)
            return answers[source]

        return minimized

    def propagated(self, propagate: Callable[..., None]) -> Callable[..., None]:
        """The service that sends files to hosts: a module of Ansible's goes with its code."""
        modules = ansible_folder() / "modules"
        marker = import_module("ansible_mitogen.planner").NewStylePlanner.MARKER

        @functools.wraps(propagate)
        def propagated(service: Any, context: Any, path: str, overridden_source: bytes | None = None) -> None:
            file = Path(path)
            of_ansible = file.parent == modules and file.suffix == ".py"
            if of_ansible and overridden_source is None and marker.search(file.read_bytes()):
                overridden_source = self.take_module(file)
            propagate(service, context, path, overridden_source)

        return propagated
