"""The agent at the end of the ssh session: runs command lines, reads and writes files, starts interpreters, carries frames."""

from __future__ import annotations

import marshal
import os
import pwd
import struct
import sys
from _frozen_importlib_external import MAGIC_NUMBER

from orchestrator.adapters.ansible.accelerator.on_host import files, wire
from orchestrator.adapters.ansible.accelerator.on_host.children import Asked, Child, as_started
from orchestrator.adapters.ansible.accelerator.on_host.loop import read_some
from orchestrator.adapters.ansible.accelerator.on_host.starting import Started
from orchestrator.adapters.ansible.accelerator.on_host.terminal import AtTerminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn

_ANY = 1 << 30
_FROM_CONTROLLER = dict.fromkeys(range(wire.RUN, wire.CLOSE + 1), _ANY)


class Login(Asked):
    """The login user's part; interpreters by the number that the controller gave them."""

    def __init__(self, program: bytes) -> None:
        super().__init__(1)
        user, home, self.shell = account()
        self.home = os.fsencode(home)
        self.program = struct.pack(">I", len(program)) + program
        self.interpreters: dict[int, Started] = {}
        self.frames = wire.Frames(_FROM_CONTROLLER)
        self.kinds: dict[int, Callable[[int, Any], None]] = {
            wire.RUN: self.run,
            wire.START: self.start,
            wire.PUT: self.put,
            wire.FETCH: lambda stream, path: self.child(stream, lambda: files.send(path)),
            wire.FOLDER: lambda stream, names: self.done(
                stream, lambda: files.make_folder(names[0], names[1], self.home)
            ),
            wire.REMOVE: lambda stream, path: self.done(stream, lambda: files.remove_tree(path)),
            wire.EXECUTABLE: lambda stream, paths: self.done(stream, lambda: files.make_executable(paths)),
        }
        os.set_blocking(0, False)
        self.loop.read_from(0, self.asked)
        self.answer(wire.HELLO, 0, hello(user))

    def asked(self) -> None:
        """Do what the next frames say; at the end of all, nothing of it goes on."""
        try:
            piece = read_some(0)
        except BlockingIOError:
            return
        if not piece:
            self.end()
        for kind, stream, content in self.frames.cut(piece):
            self.do(kind, stream, content)

    def do(self, kind: int, stream: int, content: bytes) -> None:
        """What one frame asks for; a stream that has ended takes nothing."""
        if kind in self.kinds:
            self.kinds[kind](stream, marshal.loads(content))  # noqa: S302 - from the controller
        elif kind in (wire.MODULE, wire.CODE):
            self.for_module(kind, stream, content)
        elif kind == wire.CLOSE:
            self.close(stream)
        elif stream in self.streams and kind == wire.DATA:
            self.streams[stream].take(content)
        elif stream in self.streams:
            self.streams[stream].kill()

    def end(self) -> None:
        """The controller is gone: interpreters see the end of their input when this process ends."""
        for stream in list(self.streams.values()):
            stream.kill()
        os._exit(0)

    def run(self, stream: int, request: Any) -> None:
        """A command line of the login user, in pipes or at a terminal."""
        line, given, terminal = request
        if terminal is None:
            Child(self, stream, lambda: self.shell_with(line), given)
            return

        def at_terminal() -> int:
            # sshd sets none where the client names none.
            os.environb.pop(b"TERM", None)
            if terminal:
                os.environb[b"TERM"] = terminal
            return self.shell_with(line)

        AtTerminal(self, stream, at_terminal)

    def shell_with(self, line: bytes) -> NoReturn:
        """Become the login shell with this line."""
        as_started()
        os.execv(self.shell, [os.fsencode(self.shell), b"-c", line])

    def child(self, stream: int, body: Callable[[], int], given: bool = False) -> None:
        """A child that goes on with this program."""

        def alone() -> int:
            self.loop.in_child()
            return body()

        Child(self, stream, alone, given)

    def done(self, stream: int, work: Callable[[], bytes | None]) -> None:
        """What takes no time is done at once."""
        try:
            answer = work()
        except OSError as fault:
            self.ended(stream, 1, str(fault) + "\n")
            return
        if answer:
            self.answer(wire.OUT, stream, answer)
        self.ended(stream, 0)

    def put(self, stream: int, request: Any) -> None:
        """A file, whole or in what follows."""
        path, mode, content = request
        if content is not None:
            self.done(stream, lambda: files.put(path, mode, content))
        else:
            self.child(stream, lambda: files.receive(path, mode), given=True)

    def start(self, stream: int, request: Any) -> None:
        """An interpreter, by the command line that would have run a module."""
        number, line = request
        started = Started(self, stream, number, lambda: self.shell_with(line))
        if stream in self.streams:
            self.interpreters[number] = started

    def for_module(self, kind: int, stream: int, content: bytes) -> None:
        """Hand on to the interpreter whose number comes first."""
        (number,) = struct.unpack_from(">I", content)
        interpreter = self.interpreters.get(number)
        if interpreter is None or not interpreter.ready:
            self.answer(wire.STALE, stream)
        else:
            interpreter.hand_on(kind, stream, content[4:])

    def close(self, number: int) -> None:
        """No module comes any more for this interpreter."""
        interpreter = self.interpreters.pop(number, None)
        if interpreter is not None:
            interpreter.close()


def account() -> tuple[str, str, str]:
    """Name, home and shell of the login user; a login can outlive its account."""
    try:
        entry = pwd.getpwuid(os.getuid())
    except KeyError:
        return "%d" % os.getuid(), os.environ.get("HOME", "/"), os.environ.get("SHELL", "/bin/sh")
    return entry.pw_name, entry.pw_dir, entry.pw_shell or "/bin/sh"


def hello(user: str) -> bytes:
    """Which machine this is, since which start of it, and who is logged in; divided by NUL, the last the number of bytecode."""
    version = "%d.%d.%d" % sys.version_info[:3]
    words = (
        first_line("/etc/machine-id"),
        first_line("/proc/sys/kernel/random/boot_id"),
        user.encode("utf-8", "replace"),
        b"%d" % os.getuid(),
        version.encode(),
    )
    return b"\0".join(word[:256] for word in words) + b"\0" + MAGIC_NUMBER


def first_line(path: str) -> bytes:
    """What a short file has; nothing where there is none."""
    try:
        with open(path, "rb") as source:
            return source.readline(256).strip()
    except OSError:
        return b""


def main(program: bytes, locale: str) -> None:
    """Serve until the end of standard input."""
    # Python sets it where there is no locale; what it starts must have what the login had.
    if not locale:
        os.environ.pop("LC_CTYPE", None)
    for name in ("_", "SHLVL", "OLDPWD"):
        os.environ.pop(name, None)
    login = Login(program)
    while True:
        login.loop.turn()
