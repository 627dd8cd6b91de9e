"""The controller's end of one ssh session: many requests at once, from any thread, each with a deadline of its own.

The seam of this package. Beside what was agreed: `run` and `Start` take a `Dialogue` (who rises with a password), a refused
password raises Refused, `opened` takes `env`, `NoAgent` is a Lost where ssh works and the host has no Python for the agent,
`fetch` takes a file to write to, `run` takes `limit`. `program.BOOT` is what an interpreter's command line ends with.
A channel serves the process that opened it: a fork of it must open its own.
"""

from __future__ import annotations

import contextlib
import io
import marshal
import os
import subprocess
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, BinaryIO

from orchestrator.adapters.ansible.accelerator import program
from orchestrator.adapters.ansible.accelerator.endings import Ended, Lost, NoAgent, Overdue, Refused
from orchestrator.adapters.ansible.accelerator.greeting import Hello, greeted
from orchestrator.adapters.ansible.accelerator.interpreters import Interpreters
from orchestrator.adapters.ansible.accelerator.on_host import wire
from orchestrator.adapters.ansible.accelerator.requests import Code, Dialogue, Module, Start
from orchestrator.adapters.ansible.accelerator.rising import rise
from orchestrator.adapters.ansible.accelerator.session import Session
from orchestrator.adapters.ansible.accelerator.stream import Stream

__all__ = [
    "BOOT",
    "Channel",
    "Code",
    "Dialogue",
    "Ended",
    "Hello",
    "Lost",
    "Module",
    "NoAgent",
    "Overdue",
    "Refused",
    "Start",
    "opened",
]
BOOT = program.BOOT
LIMIT = 64 << 20
"""The most bytes of output of one request."""


def opened(
    argv: Sequence[str | bytes],
    deadline: float | None = None,
    pass_fds: Sequence[int] = (),
    env: Mapping[str, str] | None = None,
    start_new_session: bool = False,
) -> Channel:
    """Start ssh with the agent behind it; `argv` is ssh's command up to the host. Raises Lost, NoAgent, Overdue."""
    errors = tempfile.TemporaryFile()  # noqa: SIM115 - the session closes it
    try:
        process = subprocess.Popen(
            [*argv, program.COMMAND],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            bufsize=0,
            pass_fds=pass_fds,
            env=env,
            start_new_session=start_new_session,
        )
    except OSError as fault:
        errors.close()
        raise Lost(255, f"orch: cannot start {argv[0]!r}: {fault}".encode()) from None
    session = Session(process, errors)
    try:
        return Channel(session, _greeting(session, deadline))
    except BaseException:
        session.close()
        session.reap()
        raise


def _greeting(session: Session, deadline: float | None) -> Hello:
    try:
        return greeted(session.greet(program.program(), deadline))
    except wire.Nonsense as fault:
        raise session.lose(f"orch: the host sent {fault}".encode()) from None


class Channel:
    """One login on one host."""

    def __init__(self, session: Session, hello: Hello) -> None:
        self.hello = hello
        self._session = session
        self._interpreters = Interpreters(session, LIMIT)

    @property
    def lost(self) -> Lost | None:
        """Why nothing can be asked any more; None while it can."""
        return self._session.lost

    def run(
        self,
        line: str | bytes,
        given: bytes = b"",
        terminal: bool = False,
        deadline: float | None = None,
        dialogue: Dialogue | None = None,
        limit: int = LIMIT,
    ) -> Ended:
        """A command line of the login shell, in pipes or at a terminal. Raises Lost, Overdue, Refused.

        In pipes, `given` is its input after the dialogue; it ends when it is gone and nobody holds its outputs, as over ssh.
        """
        piped = not terminal and bool(given or (dialogue is not None and dialogue.password is not None))
        term = os.environb.get(b"TERM", b"") if terminal else None
        with self._stream(limit) as stream:
            self._ask(wire.RUN, stream, (_bytes(line), piped, term), deadline)
            rise(self._session, stream, dialogue, lambda: False, deadline)
            if piped:
                self._feed(stream, io.BytesIO(given), deadline)
            return self._end(stream, deadline)

    def put(
        self, path: str | bytes, mode: int, content: bytes | BinaryIO, deadline: float | None = None
    ) -> Ended:
        """Write a whole file; `mode` is for a new one. Code 1 and the reason in `err` where it cannot be."""
        with self._stream(LIMIT) as stream:
            if isinstance(content, bytes) and len(content) <= wire.PIECE:
                self._ask(wire.PUT, stream, (_bytes(path), int(mode), _bytes(content)), deadline)
            else:
                self._ask(wire.PUT, stream, (_bytes(path), int(mode), None), deadline)
                self._feed(stream, io.BytesIO(content) if isinstance(content, bytes) else content, deadline)
            return self._end(stream, deadline)

    def fetch(self, path: str | bytes, deadline: float | None = None, to: BinaryIO | None = None) -> Ended:
        """Read a whole file into `out`, or without a limit into `to`; its mode, in octal digits, is in `err`."""
        with self._stream(LIMIT, to) as stream:
            self._ask(wire.FETCH, stream, _bytes(path), deadline)
            return self._end(stream, deadline)

    def make_folder(self, base: str | bytes, name: str | bytes, deadline: float | None = None) -> Ended:
        """Make a folder for the login user alone, and those above it; its path is in `out`. `~` is the home."""
        return self._files(wire.FOLDER, (_bytes(base), _bytes(name)), deadline)

    def remove_tree(self, path: str | bytes, deadline: float | None = None) -> Ended:
        """As `rm -rf`."""
        return self._files(wire.REMOVE, _bytes(path), deadline)

    def make_executable(self, paths: Collection[str | bytes], deadline: float | None = None) -> Ended:
        """As `chmod u+rx`."""
        return self._files(wire.EXECUTABLE, [_bytes(path) for path in paths], deadline)

    def run_module(
        self,
        start: Start,
        module: Module,
        code_of: Callable[[Collection[str]], Mapping[str, Code]],
        deadline: float | None = None,
    ) -> Ended:
        """Run a module in the interpreter of this start; `code_of` gives code by digest, once it is wanted.

        Where the command line brings no interpreter, what it said is the answer. Raises Lost, Overdue, Refused.
        """
        return self._interpreters.run(start, module, code_of, deadline)

    def uid_of(self, key: str) -> int | None:
        """As which user the interpreter of a key runs; None where there is none."""
        return self._interpreters.uid(key)

    def close(self, wait: bool = True) -> None:
        """End the agent and all that it runs."""
        self._session.close()
        if wait:
            self._session.reap()

    def _files(self, kind: int, request: Any, deadline: float | None) -> Ended:
        with self._stream(LIMIT) as stream:
            self._ask(kind, stream, request, deadline)
            return self._end(stream, deadline)

    @contextlib.contextmanager
    def _stream(self, limit: int, to: BinaryIO | None = None) -> Iterator[Stream]:
        stream = self._session.opened(limit, to)
        try:
            yield stream
        finally:
            self._session.leave(stream)

    def _ask(self, kind: int, stream: Stream, request: Any, deadline: float | None) -> None:
        self._session.send(kind, stream.number, marshal.dumps(request, wire.FORM), deadline)

    def _feed(self, stream: Stream, content: BinaryIO, deadline: float | None) -> None:
        while not stream.done():
            piece = content.read(wire.PIECE)
            self._session.wait(partial(_can_take, stream, len(piece)), deadline)
            if stream.done():
                return
            with self._session.turn:
                stream.window -= len(piece)
            self._session.send(wire.DATA, stream.number, piece, deadline)
            if not piece:
                return

    def _end(self, stream: Stream, deadline: float | None) -> Ended:
        self._session.wait(stream.done, deadline)
        return stream.ended()


def _can_take(stream: Stream, size: int) -> bool:
    return stream.done() or stream.window >= size


def _bytes(text: str | bytes) -> bytes:
    """Python's own bytes: Ansible marks values by types of its own, which marshal refuses."""
    return bytes(memoryview(text if isinstance(text, bytes) else text.encode(errors="surrogateescape")))
