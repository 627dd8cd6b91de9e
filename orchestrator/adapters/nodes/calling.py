"""A driver's side of a call: sealed to the nodes of its zone, put on their queue, and awaited."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from orchestrator.adapters.nodes.frames import (
    CarriedFile,
    CarriedTree,
    Failed,
    NodeAnswer,
    Question,
    Sealed,
    read_answer,
)
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.node_ports import (
    Answer,
    Call,
    Exchange,
    FrameKeys,
    JobQueue,
    Node,
    NodeBook,
    Party,
    queue_of_node,
    queue_of_zone,
)
from orchestrator.engine.ports import Clock
from orchestrator.errors import MachineLacks, NotFound, OrchError, Refused, StoreFault

SWAP = 1.0
"""Seconds within which new keys that nodes know are in their place."""
LOOK = 0.1
"""Seconds between looks for an answer."""
NOBODY = "-"
"""Who has a call that was taken back: no node is named so."""
_ERRORS: dict[str, type[OrchError]] = {"lacks": MachineLacks, "store": StoreFault, "refused": Refused}


@dataclass(frozen=True)
class Patience:
    """Seconds. `taken`: within which a node takes a call, or nobody is there to; `begin`: for which a driver waits until a
    node has begun an attempt, or says why not; `answer`: for a node to stop one. `lease`: in which a driver has seen no report
    of an attempt, while it could read them, after which its node is silent. `stuck`: for which a job may be taken whose call no
    node has: whoever took it for one has died in between.
    """

    taken: float = 30.0
    begin: float = 20.0
    answer: float = 60.0
    lease: float = 300.0
    stuck: float = 10.0


@dataclass(frozen=True)
class Desk:
    """What calls are made with. `new_id`: a fresh id."""

    jobs: JobQueue
    exchange: Exchange
    book: NodeBook
    keys: FrameKeys
    clock: Clock
    new_id: Callable[[], str]
    patience: Patience = Patience()

    def has_other_keys(self, before: Party) -> bool:
        """Whether the server's keys were replaced since, or are at this moment."""
        if self.keys.party == before:
            self.clock.sleep(SWAP)
        return self.keys.party != before

    def uptime(self) -> float:
        """Seconds since this machine booted."""
        return self.clock.uptime()[1]


@dataclass(frozen=True)
class Zone:
    """The nodes of one zone, as a driver calls them."""

    desk: Desk
    name: str

    def nodes(self) -> list[Node]:
        """Those whose keys count. Raises MachineLacks where there is none."""
        nodes = [
            seen.node for seen in self.desk.book.nodes() if seen.node.zone == self.name and not seen.node.gone
        ]
        if not nodes:
            raise MachineLacks(
                f"No node of the zone {self.name} is enrolled, so its hosts cannot be reached. "
                f"Enrol one: orch node invite {self.name}."
            )
        return nodes

    def put(
        self,
        question: Question,
        *,
        deployment: str = "",
        attempt: str = "",
        files: tuple[CarriedFile, ...] = (),
        tree: CarriedTree | None = None,
        node: Node | None = None,
    ) -> Call:
        """Put a call; of an attempt that was put before, that one. `node`: the only one that may take it."""
        to = self.nodes() if node is None else [node]
        name = self.desk.new_id()
        sealed = Sealed(
            id=name, zone=self.name, deployment=deployment, question=question, files=files, tree=tree
        )
        frame = self.desk.keys.seal(
            sealed.model_dump_json().encode(), [each.party for each in to], about_call(name, self.name)
        )
        queue = queue_of_zone(self.name) if node is None else queue_of_node(node.party.name)
        call = Call(name, self.name, queue, frame, attempt, "" if tree is None else tree.digest)
        if not self.desk.exchange.put(call):
            known = self.desk.exchange.begun(attempt) if attempt else self.desk.exchange.call(call.id)
            if known is None:
                raise StoreFault(f"The call for {attempt or self.name} could not be kept; try again.")
            call = known
        if call.job is None:
            self.put_job(call)
        return self.desk.exchange.call(call.id) or call

    def put_job(self, call: Call) -> None:
        """Put the job of a call that has none, or whose job was taken by somebody who died with it."""
        if call.job is None:
            job = self.desk.jobs.put("call", call.queue, call.id, lock=call.attempt or None)
            if job is not None:
                self.desk.exchange.note_job(call.id, job)
        elif self.desk.jobs.state(call.job) == "taken":
            # It may be over by now; a call that a node has is given to no other by a job that waits again.
            with suppress(StoreFault):
                self.desk.jobs.put_back(call.job)

    def take_back(self, call: Call) -> bool:
        """Take back a call that no node has; True where none ever will."""
        if self.desk.exchange.take(call.id, NOBODY) is None:
            return False
        if call.job is not None:
            self.desk.jobs.cancel(call.job)
        return True

    def awaited(self, call: Call, seconds: float) -> NodeAnswer | None:
        """The answer, if a node takes the call soon and then answers within `seconds`. Raises as the node did.

        A call that nobody took is taken back.
        """
        begun = self.desk.uptime()
        until, again = begun + self.desk.patience.taken, begun + self.desk.patience.stuck
        taken = False
        while (answer := self.desk.exchange.answer_to(call.id)) is None:
            if self.desk.uptime() >= until:
                if taken or self.take_back(call):
                    return None
                taken, until = True, until + seconds
            elif not taken and self.desk.uptime() >= again:
                again += self.desk.patience.stuck
                known = self.desk.exchange.call(call.id)
                if known is not None and not known.taken_by:
                    self.put_job(known)
            self.desk.clock.sleep(LOOK)
        return self._done(answer.node, self._opened(call.id, answer))

    def answered(self, call: Call) -> NodeAnswer | None:
        """The answer, if there is one. Raises as the node did."""
        answer = self.desk.exchange.answer_to(call.id)
        return None if answer is None else self._done(answer.node, self._opened(call.id, answer))

    def answer_to(self, call: Call) -> NodeAnswer | None:
        """The answer, if there is one, also where the node could not do it. Raises Refused for one of anybody else."""
        answer = self.desk.exchange.answer_to(call.id)
        return None if answer is None else self._opened(call.id, answer)

    def _done(self, node: str, answer: NodeAnswer) -> NodeAnswer:
        if answer.failed is not None:
            raise _error_of(node, answer.failed)
        return answer

    def _opened(self, call: str, answer: Answer) -> NodeAnswer:
        content = self.desk.keys.open(
            answer.frame, self.party_of(answer.node), about_answer(call, answer.node)
        )
        read = read_answer(content)
        if read.id != call:
            raise Refused(f"The node {answer.node} answered another call than it was asked.")
        return read

    def party_of(self, name: str) -> Party:
        """The keys of a node of this zone. Raises Refused for any other."""
        try:
            node = self.desk.book.node(name)
        except NotFound:
            node = None
        if node is None or node.zone != self.name or node.gone:
            raise Refused(
                f"What came as of the node {plain(name, 60)} is of no node of the zone {self.name}."
            )
        return node.party

    def ask(
        self,
        question: Question,
        seconds: float,
        *,
        deployment: str = "",
        files: tuple[CarriedFile, ...] = (),
        tree: CarriedTree | None = None,
        node: Node | None = None,
    ) -> NodeAnswer | None:
        """Put a call and await its answer; what it left is forgotten. None: none came in time.

        Asked once more where a node refused it because the server's keys were replaced meanwhile.
        """

        def asked() -> NodeAnswer | None:
            call = self.put(question, deployment=deployment, files=files, tree=tree, node=node)
            try:
                return self.awaited(call, seconds)
            finally:
                self.desk.exchange.drop(call.id)

        before = self.desk.keys.party
        try:
            return asked()
        except Refused:
            if not self.desk.has_other_keys(before):
                raise
            return asked()


def about_call(call: str, zone: str) -> bytes:
    """What both ends of a call know."""
    return f"call {call} of {zone}".encode()


def about_answer(call: str, node: str) -> bytes:
    """What both ends of an answer know."""
    return f"answer to {call} of {node}".encode()


def about_report(attempt: str, node: str, number: int, *, last: bool) -> bytes:
    """What both ends of a report know."""
    return f"report {number} {'last ' if last else ''}of {attempt} of {node}".encode()


def _error_of(node: str, failed: Failed) -> OrchError:
    words = f"The node {node}: {plain(failed.words, 1000)}"
    return _ERRORS.get(failed.trouble, StoreFault)(words)
