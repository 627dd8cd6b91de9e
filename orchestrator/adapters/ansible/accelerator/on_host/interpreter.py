"""An interpreter that stays: started by the command line that would have started a module, it forks a child for each."""

from __future__ import annotations

import gc
import marshal
import os
import struct
import sys
from _frozen_importlib_external import MAGIC_NUMBER

from orchestrator.adapters.ansible.accelerator.on_host import modules
from orchestrator.adapters.ansible.accelerator.on_host.children import Asked, Child, as_started
from orchestrator.adapters.ansible.accelerator.on_host.loop import read_some, signal_words
from orchestrator.adapters.ansible.accelerator.on_host.stamp import stamp
from orchestrator.adapters.ansible.accelerator.on_host.wire import (
    CODE,
    KILL,
    MODULE,
    NEED,
    READY,
    STALE,
    Frames,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_CODE_LIMIT = 1 << 30


class OfModule(Child):
    """A module's process. A signal that ended it is named on its standard error, as by the shell that would have started it."""

    def gone(self, code: int) -> None:
        """The signal is known now."""
        self.end_words = signal_words(self.asked.loop.status)
        super().gone(code)


class Interpreter(Asked):
    """The code that was sent, by digest, and what of it is imported already."""

    def __init__(self, asks: int, answers: int) -> None:
        super().__init__(answers)
        self.asks = asks
        self.frames = Frames({MODULE: _CODE_LIMIT, CODE: _CODE_LIMIT, KILL: 0})
        self.store: dict[str, modules.Known] = {}
        self.finder = modules.FromMemory()
        sys.meta_path.insert(0, self.finder)
        self.ahead: dict[str, str] = {}
        self.pending: dict[int, dict[str, Any]] = {}
        self.stamp = stamp()
        self.loop.read_from(asks, self.asked)
        self.answer(READY, 0, MAGIC_NUMBER + struct.pack(">I", os.geteuid()))

    def asked(self) -> None:
        """Do what the next frames say; at the end of all, nothing of it goes on."""
        piece = read_some(self.asks)
        if not piece:
            self.end()
        for kind, stream, content in self.frames.cut(piece):
            if kind == MODULE:
                self.begin(stream, marshal.loads(content))  # noqa: S302 - from the controller
            elif kind == CODE:
                for digest, code in marshal.loads(content).items():  # noqa: S302 - the same
                    self.store[digest] = modules.Known(*code)
                self.run(stream, self.pending.pop(stream))
            elif stream in self.streams:
                self.streams[stream].kill()

    def end(self) -> None:
        """Whoever asked is gone."""
        for child in list(self.streams.values()):
            child.kill()
        os._exit(0)

    def begin(self, stream: int, request: dict[str, Any]) -> None:
        """Run a module, or ask for its code, or say that this interpreter is no longer what a new one would be."""
        if stamp() != self.stamp:
            self.answer(STALE, stream)
            return
        missing = sorted({digest for digest in request["names"].values() if digest not in self.store})
        if missing:
            self.pending[stream] = request
            self.answer(NEED, stream, "\n".join(missing).encode())
        else:
            self.run(stream, request)

    def run(self, stream: int, request: dict[str, Any]) -> None:
        """Fork for the module, after what nearly each module imports is imported here."""
        names = request["names"]
        if not self.ahead:
            self.import_ahead(request)
        fits = all(names.get(name, digest) == digest for name, digest in self.ahead.items())

        def body() -> int:
            self.loop.in_child()
            gc.enable()
            as_module()
            self.use(request, keep=fits)
            return modules.run(request, self.finder)

        OfModule(self, stream, body)

    def import_ahead(self, request: dict[str, Any]) -> None:
        """Import for all that come; only the code of this request, which each later one is compared with."""
        before = set(sys.modules)
        self.use(request, keep=True)
        modules.preload(request["preload"], self.finder)
        names = request["names"]
        self.ahead = {name: names[name] for name in set(sys.modules) - before if name in names}
        gc.collect()
        gc.freeze()

    def use(self, request: dict[str, Any], keep: bool) -> None:
        """From now on the names mean the code of this module."""
        self.finder.names = {name: self.store[digest] for name, digest in request["names"].items()}
        self.finder.root = payload_place(request["name"].rpartition(".")[2])
        if not keep:
            modules.forget_all(list(self.ahead))


def payload_place(module: str) -> str:
    """Where Ansible's own wrapper would have put the module's code, under a name that nobody else has."""
    name = "ansible_" + module + "_payload"
    folder = os.environ.get("TMPDIR") or "/tmp"  # noqa: S108 - nothing is written there, but before a respawn, alone
    return folder + "/" + name + "_" + os.urandom(4).hex() + "/" + name + ".zip"


def as_module() -> None:
    """A module runs under Python's own signals, and not under those of this program."""
    import signal

    as_started((signal.SIGCHLD,))


def main() -> None:
    """Serve until the end of standard input."""
    asks, answers = os.dup(0), os.dup(1)
    null = os.open("/dev/null", os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    # No module has a descriptor more than stock.
    os.close(null)
    sys.path[:] = [folder for folder in sys.path if folder not in ("", ".")]
    gc.disable()
    interpreter = Interpreter(asks, answers)
    while True:
        interpreter.loop.turn()
