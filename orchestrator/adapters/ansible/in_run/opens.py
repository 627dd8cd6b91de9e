"""Files that a run opens to read although nobody approved them, seen by an audit hook in Ansible's process and its forks.

Each is written down once by each process, before it is opened. Left alone is what the run is given (its copy, ingredients,
outputs, its own folders), what this machine's Python and Ansible are made of, and what the kernel answers. What programs open
that these processes start is not seen. Only the standard library: runs load this by its path.
"""

from __future__ import annotations

import json
import os
import stat
import sys
import sysconfig
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from importlib.util import source_from_cache
from pathlib import Path
from typing import Any

from orchestrator.adapters.ansible.in_run.kept_text import KEPT

_KERNEL = ("/proc/", "/dev/", "/sys/")
_SHARED = "/dev/shm/"  # noqa: S108 - named because anybody can leave files there
_COLLECTIONS = "/ansible_collections/"
# What libraries read by themselves, whatever a playbook says: time zones, translations, authorities, what system this is.
# mitogen reads the environment of all users where it is imported.
_SYSTEM_TREES = ("/usr/share/zoneinfo/", "/usr/share/locale/", "/etc/ssl/", "/etc/pki/", "/usr/lib/ssl/")
_SYSTEM_FILES = (
    "/etc/environment",
    "/etc/localtime",
    "/etc/timezone",
    "/etc/os-release",
    "/usr/lib/os-release",
    "/etc/mime.types",
    "/etc/resolv.conf",
    "/etc/ssh/ssh_config",
    "/etc/ssh/ssh_known_hosts",
)
# Keys of ssh are secrets, as vault passwords are: neither is digested.
_OF_SSH = ("known_hosts", "known_hosts2", "config", "id_rsa", "id_ecdsa", "id_ed25519", "id_dsa")


class _TaskAtWork(threading.local):
    """That of this thread; `quiet`: what it opens is not told of."""

    task = host = ""
    quiet = False


class Opens:
    """What is opened in this process; `at_work` has task and host, empty between tasks."""

    def __init__(
        self, copy: str | None, given: Iterable[str], keep: Callable[[dict[str, str]], None]
    ) -> None:
        """`given`: absolute paths of files and folders beside the copy that may be read. `keep`: what is told of any other."""
        self.at_work = _TaskAtWork()
        self._tell = keep
        self._copy = "\0" if copy is None else f"{os.path.realpath(copy)}/"
        real = {path for name in given for path in (name, os.path.realpath(name))}
        ssh = (os.path.join(os.path.expanduser("~/.ssh"), name) for name in _OF_SSH)  # noqa: PTH111, PTH118
        self._files = {*real, *_SYSTEM_FILES, *ssh, sys.executable, os.path.realpath(sys.executable)}
        self._trees = tuple(f"{path}/" for path in real)
        self._installed = tuple(f"{path}/" for path in _installed())
        self.known: set[Any] = set()

    def hook(self) -> Callable[[str, tuple[Any, ...]], None]:
        """The hook: it is called for each event of this interpreter, nearly all of which are others."""
        known, opened = self.known, self._opened

        def seen(event: str, arguments: tuple[Any, ...]) -> None:
            if event == "open":
                if arguments[0] not in known:
                    opened(*arguments)
            elif event == "import" and arguments[1] is not None:
                # Compiled code; all other code is opened as a file.
                opened(arguments[1], "rb", 0)

        return seen

    def _opened(self, name: Any, mode: Any, flags: int) -> None:
        if isinstance(name, int) or self.at_work.quiet or _only_writes(mode, flags):
            return
        try:
            path = os.path.abspath(os.fsdecode(name))  # noqa: PTH100 - it is called often
            if flags & os.O_CREAT and flags & os.O_EXCL and not os.path.lexists(path):
                self.known.add(path)  # its own
                return
            if not self._is_left_alone(path):
                self._keep(path)
        except (TypeError, ValueError):
            return  # no path, and it cannot be opened
        if name == path:
            self.known.add(name)

    def _is_left_alone(self, path: str) -> bool:
        if self._is_of_machine(path):
            return True
        real = os.path.realpath(path)
        if real.startswith(self._copy):
            # Runs make such folders in the copy: nothing that was approved is in one, but units of media libraries.
            return real in self._files or "/." not in os.path.dirname(real[len(self._copy) - 1 :])  # noqa: PTH120
        return (
            path in self._files
            or real in self._files
            or real.startswith(self._trees)
            or self._is_of_machine(real)
        )

    def _is_of_machine(self, path: str) -> bool:
        if path.startswith(self._installed):
            return _COLLECTIONS not in path
        return path.startswith((*_KERNEL, *_SYSTEM_TREES)) and not path.startswith(_SHARED)

    def _keep(self, path: str) -> None:
        """Tell of it. Raises ValueError where there is no file to read."""
        try:
            folder = stat.S_ISDIR(os.stat(path).st_mode)  # noqa: PTH116
        except OSError:
            folder = True
        if folder:
            raise ValueError(path)
        real = os.path.realpath(path)
        named = real if path.startswith(self._copy) and not real.startswith(self._copy) else path
        with suppress(ValueError, NotImplementedError):
            named = source_from_cache(named)
        self._tell({"path": KEPT(named), "task": self.at_work.task, "host": self.at_work.host})


def install(given: Mapping[str, Any]) -> Opens:
    """From now on this process and its forks write down what they open; a hook cannot be taken away again."""
    opens = Opens(given["copy"], given["given"], _written_to(given["file"]))
    opens.known.add(given["file"])
    sys.addaudithook(opens.hook())
    return opens


def _written_to(path: str) -> Callable[[dict[str, str]], None]:
    """Whole lines of one file. Raises OSError, so that nothing is opened that cannot be told of."""

    def write(line: dict[str, str]) -> None:
        content = (json.dumps(line) + "\n").encode("utf-8", "backslashreplace")
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            if os.write(file, content) != len(content):
                raise OSError(f"orch cannot write down that {line['path']} is opened: the disk is full")
        finally:
            os.close(file)

    return write


def _only_writes(mode: Any, flags: int) -> bool:
    return flags & os.O_ACCMODE == os.O_WRONLY or bool(flags & os.O_TRUNC) or str(mode).startswith("w")


def _installed() -> set[str]:
    """Where this Python, Ansible and what it is built on are, and orch itself."""
    paths = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    files = (str(sys.modules[name].__file__) for name in ("ansible", "jinja2", "yaml") if name in sys.modules)
    paths |= {str(Path(file).parents[1]) for file in files}
    paths.add(str(Path(__file__).parents[3]))
    return {path for name in paths for path in (name, os.path.realpath(name))}
