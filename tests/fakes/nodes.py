"""Jobs, frames and nodes in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from threading import RLock

from orchestrator.engine.node_ports import (
    ONE_SUCCESSOR,
    Answer,
    Call,
    Exchange,
    Job,
    JobKind,
    JobQueue,
    JobState,
    Node,
    NodeBook,
    NodeSeen,
    OpenCall,
    Party,
    Succession,
    queue_of_zone,
)
from orchestrator.errors import NotFound, Refused


@dataclass
class _Entry:
    job: Job
    lock: str | None
    state: JobState = "waiting"
    worker: int = 0
    cancelled: bool = False
    from_: float = 0.0


class FakeJobs(JobQueue):
    """`clock` is in seconds; a test may move it."""

    def __init__(self) -> None:
        self.clock = 0.0
        self._entries: dict[int, _Entry] = {}
        self._heard: dict[int, float] = {}
        self._workers = 0
        self._lock = RLock()

    def put(
        self, kind: JobKind, queue: str, subject: str, *, lock: str | None = None, once: bool = False
    ) -> int | None:
        with self._lock:
            waiting = [
                each for each in self._entries.values() if each.lock == lock and each.state == "waiting"
            ]
            if once and lock is not None and waiting:
                return None
            number = len(self._entries) + 1
            self._entries[number] = _Entry(Job(number, kind, queue, subject), lock)
            return number

    def enter(self) -> int:
        with self._lock:
            self._workers += 1
            self._heard[self._workers] = self.clock
            return self._workers

    def beat(self, worker: int) -> bool:
        with self._lock:
            if worker not in self._heard:
                return False
            self._heard[worker] = self.clock
            return True

    def leave(self, worker: int) -> None:
        with self._lock:
            self._heard.pop(worker, None)

    def take(self, worker: int, queues: Sequence[str]) -> Job | None:
        with self._lock:
            busy = {each.lock for each in self._entries.values() if each.state == "taken" and each.lock}
            for each in self._entries.values():
                if each.state != "waiting" or each.job.queue not in queues or each.from_ > self.clock:
                    continue
                if each.lock is not None and each.lock in busy:
                    continue
                each.state, each.worker = "taken", worker
                return each.job
            return None

    def finish(self, job: int, *, well: bool = True) -> None:
        with self._lock:
            if job in self._entries:
                self._entries[job].state = "over"

    def cancel(self, job: int) -> bool:
        with self._lock:
            entry = self._entries.get(job)
            if entry is not None and entry.state == "waiting":
                entry.state, entry.cancelled = "over", True
            return entry is not None and entry.cancelled

    def put_back(self, job: int, seconds: float = 0.0) -> None:
        with self._lock:
            entry = self._entries[job]
            entry.state, entry.from_ = "waiting", self.clock + seconds
            entry.job = replace(entry.job, attempts=entry.job.attempts + 1)

    def state(self, job: int) -> JobState:
        with self._lock:
            return self._entries[job].state if job in self._entries else "over"

    def held(self, lock: str) -> bool:
        with self._lock:
            return any(each.lock == lock and each.state != "over" for each in self._entries.values())

    def stalled(self, queue: str, seconds: float) -> list[Job]:
        with self._lock:
            gone = self.clock - seconds
            return [
                each.job
                for each in self._entries.values()
                if each.state == "taken"
                and each.job.queue == queue
                and self._heard.get(each.worker, float("-inf")) < gone
            ]


class FakeExchange(Exchange):
    def __init__(self) -> None:
        self.calls: dict[str, Call] = {}
        self.answers: dict[str, Answer] = {}
        self.reports: dict[str, Answer] = {}
        self.contents: dict[str, list[bytes]] = {}
        self._lock = RLock()

    def put(self, call: Call) -> bool:
        with self._lock:
            if call.id in self.calls or (call.attempt and self.begun(call.attempt) is not None):
                return False
            self.calls[call.id] = call
            return True

    def note_job(self, call: str, job: int) -> None:
        with self._lock:
            if call in self.calls:
                self.calls[call] = replace(self.calls[call], job=job)

    def call(self, call: str) -> Call | None:
        return self.calls.get(call)

    def begun(self, attempt: str) -> Call | None:
        with self._lock:
            return next((each for each in self.calls.values() if attempt and each.attempt == attempt), None)

    def take(self, call: str, node: str) -> Call | None:
        with self._lock:
            if call not in self.calls or self.calls[call].taken_by not in ("", node) or call in self.answers:
                return None
            self.calls[call] = replace(self.calls[call], taken_by=node)
            return self.calls[call]

    def taken(self, node: str) -> list[Call]:
        with self._lock:
            return [each for each in self.calls.values() if each.taken_by == node and self._open(each)]

    def _open(self, call: Call) -> bool:
        report = self.reports.get(call.attempt)
        return call.id not in self.answers or (bool(call.attempt) and (report is None or not report.last))

    def answer(self, call: str, answer: Answer) -> bool:
        with self._lock:
            if call not in self.calls or call in self.answers:
                return False
            self.answers[call] = answer
            return True

    def answer_to(self, call: str) -> Answer | None:
        return self.answers.get(call)

    def report(self, attempt: str, report: Answer) -> None:
        with self._lock:
            known = self.reports.get(attempt)
            if known is None or (known.number < report.number and not known.last):
                self.reports[attempt] = report

    def report_of(self, attempt: str, known: int = -1) -> Answer | None:
        report = self.reports.get(attempt)
        return report if report is None or report.number != known else replace(report, frame=b"")

    def open_calls(self) -> list[OpenCall]:
        with self._lock:
            return [
                OpenCall(
                    each.zone,
                    "" if each.queue == queue_of_zone(each.zone) else each.queue,
                    each.attempt,
                    each.taken_by,
                    0.0,
                )
                for each in self.calls.values()
                if self._goes_on(each)
            ]

    def _goes_on(self, call: Call) -> bool:
        report = self.reports.get(call.attempt)
        return (report is None or not report.last) if call.attempt else call.id not in self.answers

    def drop(self, call: str) -> None:
        with self._lock:
            self.calls.pop(call, None)
            self.answers.pop(call, None)

    def tidy(self, days: float) -> None:
        """Everything is old here where `days` is below 0."""
        if days >= 0:
            return
        with self._lock:
            for call in list(self.calls.values()):
                report = self.reports.get(call.attempt)
                if not call.attempt or (report is not None and report.last):
                    self.drop(call.id)
                    self.reports.pop(call.attempt, None)
            needed = {call.content for call in self.calls.values()}
            self.contents = {digest: parts for digest, parts in self.contents.items() if digest in needed}

    def share(self, digest: str, parts: Iterable[bytes]) -> None:
        self.contents.setdefault(digest, list(parts))

    def has(self, digest: str) -> bool:
        return digest in self.contents

    def part(self, digest: str, number: int) -> bytes | None:
        parts = self.contents.get(digest, [])
        return parts[number] if 0 <= number < len(parts) else None


class FakeNodeBook(NodeBook):
    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now
        self._tokens: dict[str, tuple[str, str, float]] = {}
        self._nodes: dict[str, Node] = {}
        self._heard: dict[str, datetime] = {}
        self._successions: dict[str, Succession] = {}

    def invite(self, digest: str, zone: str, by: str, seconds: float) -> None:
        self._tokens[digest] = (zone, by, self._now().timestamp() + seconds)

    def enrol(self, digest: str, party: Party) -> Node:
        zone, by, until = self._tokens.get(digest, ("", "", 0.0))
        if until <= self._now().timestamp() or party.name in self._nodes:
            raise Refused(f"{party.name} was not enrolled")
        del self._tokens[digest]
        node = Node(party=party, zone=zone, enrolled_at=self._now(), enrolled_by=by)
        self._nodes[party.name] = node
        return node

    def node(self, name: str) -> Node:
        if name not in self._nodes:
            raise NotFound(f"No node is called {name}")
        return self._nodes[name]

    def nodes(self) -> list[NodeSeen]:
        def silent(name: str) -> float | None:
            heard = self._heard.get(name)
            return None if heard is None else (self._now() - heard).total_seconds()

        ordered = sorted(self._nodes.values(), key=lambda node: (node.zone, node.party.name))
        return [NodeSeen(node, silent(node.party.name), self._heard.get(node.party.name)) for node in ordered]

    def change(self, name: str, *, draining: bool | None = None, gone: bool | None = None) -> None:
        node = self.node(name)
        changes = {"draining": draining, "gone": gone}
        known = {key: value for key, value in changes.items() if value is not None}
        self._nodes[name] = node.model_copy(update=known)

    def hear(self, name: str) -> None:
        self._heard[name] = self._now()

    def succeed(self, succession: Succession) -> None:
        known = self._successions.setdefault(succession.before, succession)
        if known.after != succession.after:
            raise Refused(ONE_SUCCESSOR)

    def successions(self) -> list[Succession]:
        return list(self._successions.values())
