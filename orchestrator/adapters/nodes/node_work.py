"""A node at work: it takes calls of its zone, does each with the ordinary adapters, and answers."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Lock

from orchestrator.adapters.nodes.calling import about_answer, about_call
from orchestrator.adapters.nodes.courier import Courier
from orchestrator.adapters.nodes.frames import (
    AskIsolation,
    Begun,
    Failed,
    NodeAnswer,
    Sealed,
    StartRun,
    Stopped,
    StopRun,
    Trouble,
    read_question,
)
from orchestrator.adapters.nodes.known_server import KnownServer, pinned
from orchestrator.adapters.nodes.node_runs import CUT_OFF, EVERY, NodeRuns, RunsWith
from orchestrator.adapters.nodes.old_folders import remove_left, remove_old
from orchestrator.adapters.nodes.relocation import Relocation
from orchestrator.adapters.nodes.visiting import HostsWith, visited
from orchestrator.adapters.nodes.workplace import Workplace
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.node_ports import Call, FrameKeys, Party
from orchestrator.engine.ports import Clock
from orchestrator.errors import Conflict, MachineLacks, OrchError, Refused, StoreFault

WAIT = 20.0
"""Seconds for which the server is asked to wait for work."""
PAUSE = 2.0
"""Seconds after which a server that was not reached is asked again."""
LEARN_EVERY = 60.0
"""Seconds between questions whether the server has new keys."""
TIDY_EVERY = 3600.0
"""Seconds between looks for what is old."""
AT_ONCE = 8

Say = Callable[[str], None]


class NodeWork:
    """One node. `server`: the only one whose calls it does, as pinned at its enrolment."""

    def __init__(  # noqa: PLR0913, PLR0917 - what a node is made of
        self,
        home: Path,
        keys: FrameKeys,
        server: Party,
        zone: str,
        courier: Courier,
        clock: Clock,
        runs_with: RunsWith,
        hosts_with: HostsWith,
        *,
        say: Say = lambda words: None,
        cut_off: float = CUT_OFF,
        wait: float = WAIT,
        follow: Callable[[Party], KnownServer] = pinned,
    ) -> None:
        """`follow`: how the server is known that has other keys later; without it, it is the one with these keys for ever."""
        self._keys, self._server, self._zone = keys, follow(server), zone
        self._name = keys.party.name
        self._courier, self._clock, self._hosts_with, self._say = courier, clock, hosts_with, say
        self._workplace = Workplace(home, courier.part)
        self._runs = NodeRuns(
            home, self._name, keys, self._server, courier, clock, runs_with, self._workplace, cut_off=cut_off
        )
        self._at_work, self._wait = set[str](), wait
        self._learns_at = self._tidies_at = float("-inf")
        self._home, self._told = home, ""
        remove_left(home, self._runs.places)
        self._lock = Lock()

    def run(self, leaving: Event, killed: Event | None = None) -> None:
        """Work until `leaving`, then until no attempt is open; what is `killed` ends at once, as a process does.

        Raises Refused where the server refuses this node, such as one that was removed, and nothing is at work here any more.
        """
        killed, over = killed or Event(), Event()
        with ThreadPoolExecutor(AT_ONCE + 1) as pool:
            pool.submit(self._report_until, killed, leaving, over)
            try:
                self._work(pool, killed, leaving)
            finally:
                over.set()
                if not killed.is_set():
                    self._runs.let_go()

    def _work(self, pool: ThreadPoolExecutor, killed: Event, leaving: Event) -> None:
        owes = True
        while not killed.is_set() and not (leaving.is_set() and self._done):
            try:
                if owes:
                    for call in self._courier.owed():
                        self._begin(pool, call)
                    owes = False
                self._look_at_times()
                self._take(pool, leaving)
            except (StoreFault, Refused) as fault:
                # A refusal is no answer: what runs here is ended as where the server is out of reach for too long.
                if isinstance(fault, Refused) and not self._runs.at_work:
                    raise
                owes = True
                self._tell(str(fault))
                killed.wait(PAUSE)

    def _tell(self, words: str) -> None:
        """Say what goes wrong, once: it is tried again twice a second."""
        if words != self._told:
            self._say(words)
        self._told = words

    def _look_at_times(self) -> None:
        now = self._clock.uptime()[1]
        if now >= self._learns_at:
            self._learn()
            self._learns_at = now + LEARN_EVERY
        if now >= self._tidies_at:
            remove_old(self._home, self._runs.attempts, self._clock.now().timestamp())
            self._tidies_at = now + TIDY_EVERY

    @property
    def _done(self) -> bool:
        with self._lock:
            return not self._at_work and self._runs.idle

    def _take(self, pool: ThreadPoolExecutor, leaving: Event) -> None:
        before = self._clock.uptime()[1]
        with self._lock:
            full = len(self._at_work) >= AT_ONCE
        new = not leaving.is_set() and not full
        call = self._courier.take(self._wait if new else 1.0, new=new)
        self._runs.heard(before)
        if call is not None:
            self._begin(pool, call)

    def _begin(self, pool: ThreadPoolExecutor, call: Call) -> None:
        """A call that is at work already is not done twice: it is owed until its answer has arrived."""
        with self._lock:
            if call.id in self._at_work:
                return
            self._at_work.add(call.id)
        pool.submit(self._counted, call)

    def _counted(self, call: Call) -> None:
        try:
            self._do(call)
        finally:
            with self._lock:
                self._at_work.discard(call.id)

    def _report_until(self, killed: Event, leaving: Event, over: Event) -> None:
        while not killed.is_set() and not over.is_set() and not (leaving.is_set() and self._done):
            try:
                self._runs.report_all()
            except OrchError as fault:
                self._tell(str(fault))
            except Exception as broken:  # noqa: BLE001 - a report that fails must not end all later ones
                self._tell(f"an attempt was not reported: {type(broken).__name__}: {plain(str(broken), 300)}")
            killed.wait(EVERY)

    def _do(self, call: Call) -> None:
        """Do what a call asks, and answer it, whatever comes of it."""
        try:
            answer = self._answer(call)
        except OrchError as fault:
            answer = _failed(call.id, _trouble_of(fault), str(fault))
        except Exception as broken:  # noqa: BLE001 - whatever breaks here is an answer, and no call without one
            answer = _failed(call.id, "broken", f"{type(broken).__name__}: {broken}")
        if answer.failed is not None:
            self._say(answer.failed.words)
        frame = self._keys.seal(
            answer.model_dump_json().encode(), [self._server.party], about_answer(call.id, self._name)
        )
        self._answered(call.id, frame)

    def _answered(self, call: str, frame: bytes) -> None:
        for _ in range(30):
            try:
                self._courier.answer(call, frame)
            except Conflict:
                return  # nobody waits for it any more
            except StoreFault:
                self._clock.sleep(PAUSE)
            else:
                return

    def _answer(self, call: Call) -> NodeAnswer:
        content = self._opened(call)
        sealed = read_question(content)
        if sealed.id != call.id or sealed.zone != self._zone:
            raise Refused("the question is of another call or zone than it came with")
        question = sealed.question
        match question:
            case StartRun():
                self._runs.begin(sealed, question)
                return NodeAnswer(id=call.id, begun=Begun(attempt=question.request.attempt))
            case StopRun():
                gone = self._runs.stop(question.attempt, question.isolation)
                return NodeAnswer(id=call.id, stopped=Stopped(gone=gone))
            case AskIsolation():
                isolation = self._runs.runs.isolation(question.image, acts_here=question.acts_here)
                return NodeAnswer(id=call.id, isolation=isolation)
            case _:
                return self._visited(call.id, sealed)

    def _opened(self, call: Call) -> bytes:
        """The question; one of keys that this node does not know yet is opened once it has learnt them."""
        about = about_call(call.id, self._zone)
        try:
            return self._keys.open(call.frame, self._server.party, about)
        except Refused:
            if not self._learn():
                raise
            return self._keys.open(call.frame, self._server.party, about)

    def _learn(self) -> bool:
        """Whether the server has new keys, which its old ones speak for."""
        learnt = self._server.learn(self._courier.successions())
        if learnt:
            self._say("the server has new keys, signed by those before; the old ones count no more")
        return learnt

    def _visited(self, call: str, sealed: Sealed) -> NodeAnswer:
        name = f"visit-{call}"
        try:
            _, there = self._workplace.prepared(name, sealed.files, sealed.tree)
            moved: Sealed = there.noun(sealed.model_copy(update={"files": ()}))
            question = moved.question
            if isinstance(question, StartRun | StopRun | AskIsolation):
                raise Refused("the question is no visit")
            return _back(there, visited(call, question, self._hosts_with))
        finally:
            self._workplace.discard(name)


def _back(there: Relocation, answer: NodeAnswer) -> NodeAnswer:
    return there.back().noun(answer)


def _failed(call: str, trouble: Trouble, words: str) -> NodeAnswer:
    return NodeAnswer(id=call, failed=Failed(trouble=trouble, words=plain(words, 1000)))


def _trouble_of(fault: OrchError) -> Trouble:
    if isinstance(fault, MachineLacks):
        return "lacks"
    return "refused" if isinstance(fault, Refused) else "store"
