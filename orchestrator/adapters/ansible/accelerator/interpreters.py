"""Interpreters on one host by their keys: started when first wanted, renewed when the host is not what it was."""

from __future__ import annotations

import importlib.util
import marshal
import struct
import time
import zlib
from collections.abc import Callable, Collection, Mapping
from threading import Lock
from typing import Any, NamedTuple

from orchestrator.adapters.ansible.accelerator.endings import Ended, Lost, Overdue
from orchestrator.adapters.ansible.accelerator.on_host import wire
from orchestrator.adapters.ansible.accelerator.requests import Code, Module, Start
from orchestrator.adapters.ansible.accelerator.rising import rise
from orchestrator.adapters.ansible.accelerator.session import Session
from orchestrator.adapters.ansible.accelerator.stream import Stream

CodeOf = Callable[[Collection[str]], Mapping[str, Code]]
_RENEWALS = 10
_NUMBER = struct.Struct(">I")
_PACKED: dict[str, bytes] = {}


class Ready(NamedTuple):
    """An interpreter that serves: its number, the number of its bytecode, its user."""

    number: int
    magic: bytes
    uid: int


class Slot:
    """One key: who starts it first, starts it for all."""

    def __init__(self) -> None:
        self.starting = Lock()
        self.ready: Ready | None = None


class Interpreters:
    """Those of one session."""

    def __init__(self, session: Session, limit: int) -> None:
        self.session, self.limit = session, limit
        self.slots: dict[str, Slot] = {}
        self.last = 0
        self.lock = Lock()

    def uid(self, key: str) -> int | None:
        """The user of an interpreter, where it serves."""
        slot = self.slots.get(key)
        return None if slot is None or slot.ready is None else slot.ready.uid

    def run(self, start: Start, module: Module, code_of: CodeOf, deadline: float | None) -> Ended:
        """Run a module; what the command line says where no interpreter comes of it. Raises Lost, Overdue, Refused."""
        for _ in range(_RENEWALS):
            ready = self._once(start, deadline) if start.once else self._kept(start, deadline)
            if isinstance(ready, Ended):
                return ready
            try:
                ended = self._asked(ready, module, code_of, deadline)
            finally:
                if start.once:
                    self._close(ready)
            if ended is not None:
                return ended
            self._drop(start.key, ready)
        raise self.session.lose(b"orch: the host starts interpreters and calls each of them old")

    def _once(self, start: Start, deadline: float | None) -> Ready | Ended:
        return self._started(start, deadline)

    def _kept(self, start: Start, deadline: float | None) -> Ready | Ended:
        with self.lock:
            slot = self.slots.setdefault(start.key, Slot())
        if slot.ready is not None:
            return slot.ready
        left = -1 if deadline is None else max(0.0, deadline - time.monotonic())
        if not slot.starting.acquire(timeout=left):
            raise Overdue
        try:
            if slot.ready is None:
                started = self._started(start, deadline)
                if isinstance(started, Ended):
                    return started
                slot.ready = started
            return slot.ready
        finally:
            slot.starting.release()

    def _started(self, start: Start, deadline: float | None) -> Ready | Ended:
        with self.lock:
            self.last += 1
            number = self.last
        stream = self.session.opened(self.limit)
        try:
            request = marshal.dumps((number, start.line.encode(errors="surrogateescape")), wire.FORM)
            self.session.send(wire.START, stream.number, request, deadline)
            rise(self.session, stream, start.dialogue, lambda: bool(stream.asked), deadline)
            self.session.wait(lambda: stream.done() or bool(stream.asked), deadline)
        except BaseException:
            self.session.leave(stream)
            raise
        if not stream.asked:
            self.session.leave(stream)
            return stream.ended()
        return self._ready(number, stream)

    def _ready(self, number: int, stream: Stream) -> Ready:
        kind, content = stream.asked.popleft()
        with self.session.turn:
            self.session.streams.pop(stream.number, None)
        if kind != wire.READY or len(content) != 8:
            raise self.session.lose(b"orch: the host sent no word of an interpreter")
        return Ready(number, content[:4], _NUMBER.unpack(content[4:])[0])

    def _asked(self, ready: Ready, module: Module, code_of: CodeOf, deadline: float | None) -> Ended | None:
        session = self.session
        stream = session.opened(self.limit)
        try:
            head = _NUMBER.pack(ready.number)
            session.send(wire.MODULE, stream.number, head + _request(module), deadline)
            session.wait(lambda: stream.done() or bool(stream.asked), deadline)
            if stream.asked:
                kind, content = stream.asked.popleft()
                if kind == wire.STALE:
                    with session.turn:
                        session.streams.pop(stream.number, None)
                    return None
                if kind != wire.NEED:
                    raise session.lose(b"orch: the host sent no word of the module's code")
                code = code_of(self._wanted(content, module))
                session.send(wire.CODE, stream.number, head + _packed(code, ready.magic), deadline)
                session.wait(stream.done, deadline)
        except BaseException:
            session.leave(stream)
            raise
        session.leave(stream)
        return stream.ended()

    def _wanted(self, content: bytes, module: Module) -> list[str]:
        digests = content.decode("ascii", "replace").split("\n")
        if not set(digests) <= set(module.names.values()):
            raise self.session.lose(b"orch: the host asks for code that is not the module's")
        return digests

    def _drop(self, key: str, ready: Ready) -> None:
        slot = self.slots.get(key)
        if slot is None:
            return
        with slot.starting:
            if slot.ready is ready:
                slot.ready = None
                self._close(ready)

    def _close(self, ready: Ready) -> None:
        try:
            self.session.send(wire.CLOSE, ready.number, deadline=time.monotonic() + 5)
        except (Lost, Overdue):
            return


def _request(module: Module) -> bytes:
    request = plain({name: value for name, value in module._asdict().items() if name != "names"})
    request["names"] = dict(module.names)
    return marshal.dumps(request, wire.FORM)


def plain(value: Any) -> Any:
    """The same of Python's own types: Ansible marks values by types of its own, which marshal refuses."""
    match value:
        case str():
            return value.encode("utf-8", "surrogatepass").decode("utf-8", "surrogatepass")
        case bytes() | bytearray():
            return bytes(memoryview(value))
        case Mapping():
            return {plain(key): plain(part) for key, part in value.items()}
        case list() | tuple() | set() | frozenset():
            return type_of(value)(plain(part) for part in value)
        case int() if type(value) is not bool:
            return int(value)
    return value


def type_of(value: object) -> Any:
    """Python's own type of a value of many."""
    return next(kind for kind in (list, tuple, set, frozenset) if isinstance(value, kind))


def _packed(code: Mapping[str, Code], magic: bytes) -> bytes:
    same = magic == importlib.util.MAGIC_NUMBER
    return marshal.dumps(
        {
            digest: (part.package, _text(digest, part.text), (part.compiled if same else None) or b"")
            for digest, part in code.items()
        },
        wire.FORM,
    )


def _text(digest: str, text: str) -> bytes:
    if digest not in _PACKED:
        _PACKED[digest] = zlib.compress(text.encode(), 1)
    return _PACKED[digest]
