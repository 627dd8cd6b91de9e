"""The channels of the run, used by the process of one task: it asks its parent over a line, one request at a time.

Both ends are the same program, forked, so what goes over the line is pickled. Each request has a number: an alarm can take a
process out of a request, and the answer to that must not be taken for the answer to its next one.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

from orchestrator.adapters.ansible.accelerator import channel

ENDED, NEED, LOST, NO_AGENT, OVERDUE, REFUSED, WRONG = (
    "ended",
    "need",
    "lost",
    "no agent",
    "overdue",
    "refused",
    "wrong",
)
"""What an answer is."""
_RAISED = {LOST: channel.Lost, NO_AGENT: channel.NoAgent, OVERDUE: channel.Overdue, REFUSED: channel.Refused}
_DEEDS = ("make_folder", "remove_tree", "make_executable")


class Borrowed:
    """In the process of a task: stands for `Channels`."""

    def __init__(self, line: Connection) -> None:
        self._line = line
        self._number = 0

    def use(self, way: Sequence[bytes], deadline: float | None) -> BorrowedChannel:
        """The channel of a way. Raises channel.Lost, channel.Overdue."""
        deadline = _sooner(deadline)
        return BorrowedChannel(self, tuple(way), self.ask("use", tuple(way), deadline))

    def forget(self, way: Sequence[bytes], lost: Any = None) -> None:
        """Close the channel of a way; one that was lost the parent has forgotten already."""
        if lost is None:
            self.ask("forget", tuple(way))

    def close(self) -> None:
        """Nothing: the channels are the parent's."""

    def ask(self, deed: str, *given: Any, code_of: Callable[[Collection[str]], Any] | None = None) -> Any:
        """What the parent answers. Raises channel.Lost, channel.Overdue, channel.Refused."""
        self._number += 1
        number = self._number
        self._line.send((number, deed, given))
        while True:
            answered, kind, value = self._line.recv()
            if answered != number:
                continue
            if kind == NEED and code_of is not None:
                self._line.send((number, NEED, code_of(value)))
            elif kind in _RAISED:
                raise _RAISED[kind](*value)
            elif kind == WRONG:
                raise OSError(value)
            else:
                return value


class BorrowedChannel:
    """One of them: the same methods as a channel has."""

    def __init__(self, borrowed: Borrowed, way: tuple[bytes, ...], hello: Any) -> None:
        self._borrowed, self._way, self.hello = borrowed, way, hello

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name not in _DEEDS:
            raise AttributeError(name)

        def deed(*given: Any) -> Any:
            *words, deadline = given
            return self._borrowed.ask(name, self._way, *words, _sooner(deadline))

        return deed

    def run(
        self,
        line: bytes,
        given: bytes,
        terminal: bool = False,
        deadline: float | None = None,
        dialogue: Any = None,
    ) -> Any:
        """A command line on the host."""
        words = (line, given, terminal, _sooner(deadline), dialogue)
        return self._borrowed.ask("run", self._way, *words)

    def fetch(self, path: str, deadline: float | None = None, to: Any = None) -> Any:
        """A file of the host: the parent writes it by its name."""
        return self._borrowed.ask("fetch", self._way, path, to.name, _sooner(deadline))

    def put(self, path: str, mode: int, content: Any, deadline: float | None = None) -> Any:
        """A file to the host: the parent reads it by its name."""
        return self._borrowed.ask("put", self._way, path, mode, content.name, _sooner(deadline))

    def run_module(
        self,
        start: Any,
        module: Any,
        code_of: Callable[[Collection[str]], Mapping[str, Any]],
        deadline: float | None = None,
    ) -> Any:
        """A module on the host."""
        return self._borrowed.ask("run_module", self._way, start, module, _sooner(deadline), code_of=code_of)


def _sooner(deadline: float | None) -> float | None:
    """The deadline, or when the alarm of this process comes: what an alarm takes a process out of ends on the host too."""
    left = signal.getitimer(signal.ITIMER_REAL)[0]
    times = [at for at in (deadline, time.monotonic() + left if left else None) if at is not None]
    return min(times, default=None)


class Lender:
    """In the process of the run: answers the process of one task, until that has ended."""

    def __init__(self, channels: Any, line: Connection) -> None:
        self._channels, self._line = channels, line
        self._next: Any = None

    def serve(self) -> None:
        """Answer until the other end is closed."""
        with suppress(EOFError, OSError):
            while True:
                number, deed, given = self._next or self._line.recv()
                self._next = None
                if deed != NEED:  # what came too late for a request that is over
                    self._line.send((number, *self._answer(number, deed, given)))
        self._line.close()

    def _answer(self, number: int, deed: str, given: tuple[Any, ...]) -> tuple[str, Any]:
        way, *words = given
        if deed == "forget":
            self._channels.forget(way)
            return ENDED, None
        lent: Any = None
        try:
            lent = self._channels.use(way, words[-1] if deed == "use" else None)
            return ENDED, lent.hello if deed == "use" else self._done(number, lent, deed, words)
        except channel.Lost as lost:
            if lent is not None:
                self._channels.forget(way, lent)
            return NO_AGENT if isinstance(lost, channel.NoAgent) else LOST, (lost.code, lost.err)
        except channel.Overdue:
            return OVERDUE, ()
        except channel.Refused as refused:
            return REFUSED, (refused.kind, refused.out, refused.err)
        except Exception as wrong:  # noqa: BLE001 - whoever asked waits for an answer
            return WRONG, f"{type(wrong).__name__}: {wrong}"

    def _done(self, number: int, lent: Any, deed: str, words: list[Any]) -> Any:
        if deed == "fetch":
            path, name, deadline = words
            with open(name, "wb") as target:  # noqa: PTH123 - a path of Ansible's
                return lent.fetch(path, deadline, target)
        if deed == "put":
            path, mode, name, deadline = words
            with open(name, "rb") as content:  # noqa: PTH123 - a path of Ansible's
                return lent.put(path, mode, content, deadline)
        if deed == "run_module":
            start, module, deadline = words

            def code_of(digests: Collection[str]) -> Any:
                self._line.send((number, NEED, list(digests)))
                answered, kind, codes = self._line.recv()
                if answered != number or kind != NEED:
                    # An alarm took the process out of this request, and it makes another.
                    self._next = answered, kind, codes
                    raise channel.Overdue
                return codes

            return lent.run_module(start, module, code_of, deadline)
        return getattr(lent, deed)(*words)
