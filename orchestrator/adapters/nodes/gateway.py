"""The server's side for nodes, whatever carries it: each may ask for the work of its zone, and for nothing else."""

from __future__ import annotations

import threading

from orchestrator.adapters.nodes.calling import NOBODY
from orchestrator.adapters.nodes.courier import Courier
from orchestrator.engine.node_ports import (
    Answer,
    Call,
    Exchange,
    JobQueue,
    Node,
    NodeBook,
    Succession,
    queue_of_node,
    queue_of_zone,
)
from orchestrator.engine.ports import Clock
from orchestrator.errors import Conflict, NotFound, Refused

LOOK = 0.2
"""Seconds between looks into the queue while a node waits."""
LONGEST_WAIT = 25.0
MOST_OF_FRAME = 64 << 20


class Gateway:
    """Knows nodes by their names, which whoever calls it has verified."""

    def __init__(self, jobs: JobQueue, exchange: Exchange, book: NodeBook, clock: Clock) -> None:
        self._jobs, self._exchange, self._book, self._clock = jobs, exchange, book, clock
        self._workers: dict[str, int] = {}
        self._lock = threading.Lock()

    def node(self, name: str) -> Node:
        """An enrolled node whose keys count. Raises Refused."""
        try:
            node = self._book.node(name)
        except NotFound:
            node = None
        if node is None or node.gone:
            raise Refused(f"No node {name} is enrolled here; ask an administrator: orch node invite ZONE.")
        return node

    def take(self, name: str, seconds: float, *, new: bool) -> Call | None:
        """A call for the node, waited for. A node that is draining gets what only it can do."""
        until = self._uptime() + min(max(seconds, 0.0), LONGEST_WAIT)
        while True:
            call = self.taken_now(name, new=new)
            if call is not None or self._uptime() >= until:
                return call
            self._clock.sleep(LOOK)

    def taken_now(self, name: str, *, new: bool) -> Call | None:
        """The same without waiting: whoever serves many nodes waits between two of these."""
        node = self.node(name)
        self._book.hear(name)
        queues = [queue_of_node(name)]
        if new and not node.draining:
            queues.append(queue_of_zone(node.zone))
        return self._taken(name, self._worker(name), queues)

    def _taken(self, name: str, worker: int, queues: list[str]) -> Call | None:
        """A call of a job; jobs whose call is gone, was taken back, or has another job, are over.

        A call that a node has keeps its job: that was put back because whoever took it was slow to say so.
        """
        while (job := self._jobs.take(worker, queues)) is not None:
            call = self._exchange.take(job.subject, name)
            if call is not None:
                return call
            known = self._exchange.call(job.subject)
            if known is None or known.taken_by == NOBODY or known.job != job.number:
                self._jobs.finish(job.number, well=False)
        return None

    def owed(self, name: str) -> list[Call]:
        """Calls that the node has not seen to the end."""
        self.node(name)
        return self._exchange.taken(name)

    def answer(self, name: str, call: str, frame: bytes) -> None:
        """Keep the answer of the node that took the call; the job of an attempt goes on until its last report."""
        taken = self._own(name, call)
        _refuse_large(frame)
        self._book.hear(name)
        self._exchange.answer(call, Answer(name, frame))
        if taken.job is not None and not taken.attempt:
            self._jobs.finish(taken.job)

    def report(self, name: str, attempt: str, number: int, frame: bytes, *, last: bool) -> None:
        """Keep a report of the node that took the attempt."""
        call = self._exchange.begun(attempt) if attempt else None
        if call is None or call.taken_by != name:
            raise Refused(f"{name} took no attempt of that name, and reports none.")
        self.node(name)
        _refuse_large(frame)
        self._book.hear(name)
        self._exchange.report(attempt, Answer(name, frame, number, last))
        if last and call.job is not None:
            self._jobs.finish(call.job)

    def part(self, name: str, digest: str, number: int) -> bytes | None:
        """A part of content that an unfinished call of the node needs."""
        self.node(name)
        if all(call.content != digest for call in self._exchange.taken(name)):
            raise Refused(f"No work of {name} needs content of that digest.")
        return self._exchange.part(digest, number)

    def successions(self, name: str) -> list[Succession]:
        """Which keys of the server followed which, for any enrolled node."""
        self.node(name)
        return self._book.successions()

    def leave(self, name: str) -> None:
        """The node has ended by itself."""
        with self._lock:
            worker = self._workers.pop(name, None)
        if worker is not None:
            self._jobs.leave(worker)

    def _own(self, name: str, call: str) -> Call:
        self.node(name)
        taken = self._exchange.call(call)
        if taken is None or taken.taken_by != name:
            raise Conflict(f"{name} did not take that call, or whoever made it does not wait any more.")
        return taken

    def _worker(self, name: str) -> int:
        """The node as a worker of the queue; one that it has not heard of for long is entered anew."""
        with self._lock:
            known = self._workers.get(name)
            if known is None or not self._jobs.beat(known):
                known = self._jobs.enter()
                self._workers[name] = known
            return known

    def _uptime(self) -> float:
        return self._clock.uptime()[1]


class AtHand(Courier):
    """The gateway for a node beside the server, which reaches the queue itself."""

    def __init__(self, gateway: Gateway, name: str) -> None:
        self._gateway, self._name = gateway, name

    def take(self, seconds: float, *, new: bool) -> Call | None:
        """See the port."""
        return self._gateway.take(self._name, seconds, new=new)

    def owed(self) -> list[Call]:
        """See the port."""
        return self._gateway.owed(self._name)

    def answer(self, call: str, frame: bytes) -> None:
        """See the port."""
        self._gateway.answer(self._name, call, frame)

    def report(self, attempt: str, number: int, frame: bytes, *, last: bool) -> None:
        """See the port."""
        self._gateway.report(self._name, attempt, number, frame, last=last)

    def part(self, digest: str, number: int) -> bytes | None:
        """See the port."""
        return self._gateway.part(self._name, digest, number)

    def successions(self) -> list[Succession]:
        """See the port."""
        return self._gateway.successions(self._name)


def _refuse_large(frame: bytes) -> None:
    if len(frame) > MOST_OF_FRAME:
        raise Refused(f"A frame has {len(frame)} bytes; at most {MOST_OF_FRAME} are taken.")
