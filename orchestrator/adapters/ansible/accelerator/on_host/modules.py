"""Runs a module of Ansible in a child of an interpreter that has its code in memory."""

from __future__ import annotations

import atexit
import io
import marshal
import os
import sys
import threading
from _frozen_importlib import ModuleSpec

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any

SUFFIX = "/__init__.py"


class Known:
    """A module's code, by its digest: text, bytecode of this very Python, or both."""

    def __init__(self, package: bool, text: bytes, compiled: bytes) -> None:
        self.package, self.text, self.compiled = package, text, compiled
        self.code: CodeType | None = None

    def source(self) -> str:
        """The text."""
        import zlib

        return zlib.decompress(self.text).decode()


class FromMemory:
    """Imports modules that were sent; the names are of the module that runs now."""

    def __init__(self) -> None:
        self.names: dict[str, Known] = {}
        self.root = "/nonexistent"

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """The spec of a module that was sent, or None."""
        known = self.names.get(name)
        if known is None:
            return None
        place = self.place(name, known.package)
        spec = ModuleSpec(name, self, origin=place, is_package=known.package)  # type: ignore[arg-type]
        spec.has_location = True
        if known.package:
            spec.submodule_search_locations = [place[: -len(SUFFIX)]]
        return spec

    def place(self, name: str, package: bool) -> str:
        """Where its text would be, had Ansible brought it."""
        return self.root + "/" + name.replace(".", "/") + (SUFFIX if package else ".py")

    def create_module(self, spec: ModuleSpec) -> None:
        """Let Python make the module."""

    def exec_module(self, module: Any) -> None:
        """Run the module's code."""
        name = module.__name__
        exec(self.get_code(name), module.__dict__)  # noqa: S102 - what the controller sent
        if name == "ansible.module_utils.common.respawn":
            zip_before_respawn(module, self)

    def get_code(self, name: str) -> CodeType:
        """The code, with the place that its text would have."""
        known = self.names[name]
        place = self.place(name, known.package)
        if known.code is None:
            if known.compiled:
                import _imp

                known.code = marshal.loads(known.compiled)  # noqa: S302 - from the controller, of this Python
                _imp._fix_co_filename(known.code, place)  # type: ignore[attr-defined]
            else:
                known.code = compile(known.source(), place, "exec", 0, True)
        return known.code

    def get_source(self, name: str) -> str | None:
        """The text: a traceback shows its lines."""
        known = self.names.get(name)
        return None if known is None else known.source()

    def is_package(self, name: str) -> bool:
        """Whether it is one."""
        return self.names[name].package

    def get_filename(self, name: str) -> str:
        """Where its text would be."""
        return self.place(name, self.names[name].package)


def zip_before_respawn(module: Any, finder: FromMemory) -> None:
    """Another Python finds the code where Ansible's own would be, once a module looks for one that it can go on under."""

    def zipped(function: Any) -> Any:
        def with_zip(*given: Any, **named: Any) -> Any:
            write_zip(finder)
            return function(*given, **named)

        return with_zip

    for name in ("probe_interpreters_for_module", "respawn_module"):
        if hasattr(module, name):
            setattr(module, name, zipped(getattr(module, name)))


def write_zip(finder: FromMemory) -> None:
    """All names of the module in one zip file; its folder is removed at the end of the process."""
    if os.path.exists(finder.root):
        return
    import shutil
    import zipfile

    folder = os.path.dirname(finder.root)
    os.mkdir(folder, 0o700)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with zipfile.ZipFile(finder.root, "w") as archive:
        for name, known in finder.names.items():
            entry = zipfile.ZipInfo(finder.place(name, known.package)[len(finder.root) + 1 :])
            archive.writestr(entry, known.source())


def preload(names: list[str], finder: FromMemory) -> None:
    """Import what nearly each module imports; what cannot be imported fails in the module that wants it."""
    for name in names:
        try:
            __import__(name)
        except Exception:  # noqa: BLE001, S110
            pass


def forget_all(names: list[str]) -> None:
    """Take out what was imported ahead from other code than this module's."""
    for name in names:
        module = sys.modules.pop(name, None)
        above, _, last = name.rpartition(".")
        if module is not None and getattr(sys.modules.get(above), last, None) is module:
            delattr(sys.modules[above], last)


def run(request: dict[str, Any], finder: FromMemory) -> int:
    """Run the module as Ansible's own wrapper would have; the exit code."""
    was = sys.stdin
    sys.stdin = io.TextIOWrapper(io.FileIO(0, "r", closefd=False), encoding=was.encoding, errors=was.errors)
    sys.argv = ["-"]
    try:
        at_home()
        limit_files(request["rlimit"])
        loader = __import__(request["loader"], fromlist=["run_module"])
        loader.run_module(
            json_params=request["params"],
            profile=request["profile"],
            module_fqn=request["name"],
            modlib_path=finder.root,
            **request["given"],
        )
        code = 0
    except SystemExit as end:
        code = exit_code(end)
    except BaseException as end:  # noqa: BLE001 - as Python itself ends a program
        print_fault()
        # Python dies of the signal itself, which a shell gives as this code.
        code = 130 if isinstance(end, KeyboardInterrupt) else 1
    return finished(code)


def print_fault() -> None:
    """As Python itself: where nobody hears of it, the exit code does."""
    import traceback

    try:
        traceback.print_exc()
    except (OSError, ValueError):
        pass


def exit_code(end: SystemExit) -> int:
    """As Python itself exits."""
    if end.code is None:
        return 0
    if isinstance(end.code, int):
        return end.code & 0xFF
    sys.stderr.write("%s\n" % (end.code,))
    return 1


def finished(code: int) -> int:
    """What Python does at its end: wait for threads, call what was registered, flush."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream, fault in ((sys.stdout, 120), (sys.stderr, code)):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            code = fault
    return code


def at_home() -> None:
    """A folder that can be asked for is needed by Python (Ansible's wrapper does the same)."""
    try:
        os.getcwd()
    except OSError:
        try:
            os.chdir(os.path.expanduser("~"))
        except OSError:
            os.chdir("/")


def limit_files(wanted: int) -> None:
    """Set `python_module_rlimit_nofile` (Ansible's wrapper does the same)."""
    if not wanted:
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if min(hard, wanted) != soft:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, wanted), hard))
        except ValueError:
            pass
