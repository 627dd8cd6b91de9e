"""The port `Playbooks` over the nodes of a zone: an attempt is one call, which its node reports on until it has ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from orchestrator.adapters.nodes.calling import NOBODY, Desk, Zone, about_report
from orchestrator.adapters.nodes.carried import SharedTrees, carried, files_of_run
from orchestrator.adapters.nodes.frames import AskIsolation, Report, StartRun, StopRun, read_report
from orchestrator.domain.evidence.attempt import Acceleration, AttemptRequest, Isolation, RunIsolation
from orchestrator.domain.evidence.attempt_sighting import Sighting, TaskSeen
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.lookup.node_words import attempt_words
from orchestrator.engine.node_ports import Call
from orchestrator.engine.ports import Clock
from orchestrator.engine.zoned_runs import RunsOfZones
from orchestrator.errors import MachineLacks, OrchError, Refused

LOOK = 0.1
REPORTED = 0.25
"""Seconds between looks for the end of a run: nodes report it within half a second, and each look is one of the database's."""


@dataclass
class _Heard:
    number: int
    at: float


class RemotePlaybooks(RunsOfZones):
    """Attempts in any zone. What is known of an attempt is in its node's reports; any driver reads the same."""

    def __init__(
        self,
        desk: Desk,
        trees: SharedTrees,
        *,
        environ: Mapping[str, str],
        become: str | None = None,
        core: Callable[[], str] = lambda: "",
    ) -> None:
        """`environ`: where the variables are that plans pass on; `become`: the password to become root that was given.

        `core`: the ansible-core that nodes must have.
        """
        self._desk, self._trees, self._environ = desk, trees, environ
        self._become, self._core = become, core
        self._heard: dict[str, _Heard] = {}
        self._stuck: dict[str, float] = {}
        self._taken: dict[str, Call] = {}
        self._sightings: dict[str, tuple[int, Report]] = {}

    def knows(self, attempt: str) -> bool:
        """Whether an attempt of this name was given to a zone."""
        return self._desk.exchange.begun(attempt) is not None

    def start(self, request: AttemptRequest) -> None:
        """Give it to its zone, once; whichever node takes it begins it. Raises StoreFault, MachineLacks."""
        if self._desk.exchange.begun(request.attempt) is not None:
            self._completed(request)
            return
        _refuse_what_nodes_cannot(request)
        passed = _passed(request, self._environ)
        tree = self._trees.shared(request.project)
        zone = self._zone(request.zone)

        def begun() -> None:
            call = zone.put(
                StartRun(request=request, passed=passed, become=self._become, core=self._core()),
                deployment=request.deployment,
                attempt=request.attempt,
                files=carried(files_of_run(request), tree),
                tree=tree,
            )
            self._heard[request.attempt] = _Heard(-1, self._desk.uptime())
            self._await_begin(zone, call)

        before = self._desk.keys.party
        try:
            begun()
        except Refused:
            if not self._desk.has_other_keys(before):
                raise
            begun()

    def _await_begin(self, zone: Zone, call: Call) -> None:
        """For a moment: what its node lacks is said at once, as it is for a run here. It may wait for a node for longer."""
        until = self._desk.uptime() + self._desk.patience.begin
        while self._desk.uptime() < until:
            try:
                if zone.answered(call) is not None:
                    return
            except OrchError:
                if call.job is not None:
                    self._desk.jobs.finish(call.job, well=False)  # else its lock keeps a later start waiting
                self._desk.exchange.drop(call.id)
                raise
            self._desk.clock.sleep(LOOK)

    def _completed(self, request: AttemptRequest) -> None:
        """Whoever put the call may have died before its job was there."""
        call = self._desk.exchange.begun(request.attempt)
        if call is not None and call.job is None and not call.taken_by:
            self._zone(call.zone).put_job(call)

    def sight(self, attempt: str) -> Sighting:
        """As its node reported it last; one whose node is silent for a whole lease is `dead` until it is heard of again."""
        call = self._taken.get(attempt) or self._desk.exchange.begun(attempt)
        if call is None:
            return Sighting(attempt=attempt, state="absent")
        if call.taken_by:
            self._taken[attempt] = call  # for good
        report = self._report(call)
        if report is None:
            return self._unreported(call)
        sighting = report.sighting
        if sighting.state in ("finished", "dead") or not self._silent(attempt, self._number(attempt)):
            return sighting
        return Sighting(attempt=attempt, state="dead", outcome=sighting.outcome)

    def _unreported(self, call: Call) -> Sighting:
        """It waits for a node, its node begins it, or refused it."""
        if call.taken_by == NOBODY:
            return Sighting(attempt=call.attempt, state="dead", began=False)
        if not self._is_gone(call) and self._was_refused(call):
            return Sighting(attempt=call.attempt, state="dead", began=False)
        if call.job is not None and self._desk.jobs.state(call.job) == "over":
            return Sighting(attempt=call.attempt, state="dead", began=bool(call.taken_by))
        if call.taken_by and self._silent(call.attempt, -1):
            return Sighting(attempt=call.attempt, state="dead")
        if not call.taken_by:
            self._put_job_again(call)
        return Sighting(attempt=call.attempt, state="running")

    def _put_job_again(self, call: Call) -> None:
        """Who made the call, or took its job, may have died in between: no node would ever have it."""
        if call.job is not None and self._desk.jobs.state(call.job) == "waiting":
            self._stuck.pop(call.attempt, None)
            return
        now = self._desk.uptime()
        if now - self._stuck.setdefault(call.attempt, now) >= self._desk.patience.stuck:
            del self._stuck[call.attempt]
            self._zone(call.zone).put_job(call)

    def _was_refused(self, call: Call) -> bool:
        """Whether its node answered that it could not begin it."""
        answer = self._zone(call.zone).answer_to(call)
        return answer is not None and answer.failed is not None

    def _silent(self, attempt: str, number: int) -> bool:
        """Whether this driver itself has seen nothing newer for a whole lease, by a clock that nobody sets."""
        now = self._desk.uptime()
        heard = self._heard.get(attempt)
        if heard is None or heard.number != number:
            self._heard[attempt] = _Heard(number, now)
            return False
        return now - heard.at >= self._desk.patience.lease

    def _number(self, attempt: str) -> int:
        return self._sightings[attempt][0] if attempt in self._sightings else -1

    def _report(self, call: Call) -> Report | None:
        """The newest report, opened once. Raises Refused for one that is not of the node that took the call."""
        answer = self._desk.exchange.report_of(call.attempt, self._number(call.attempt))
        if answer is None:
            return None
        known = self._sightings.get(call.attempt)
        if known is not None and known[0] == answer.number:
            return known[1]
        if self._is_gone(call):
            return None if known is None else known[1]
        if answer.node != call.taken_by:
            raise Refused(
                f"A report of {call.attempt} is of the node {plain(answer.node, 60)}, which did not take it."
            )
        about = about_report(call.attempt, answer.node, answer.number, last=answer.last)
        party = self._zone(call.zone).party_of(answer.node)
        report = read_report(self._desk.keys.open(answer.frame, party, about))
        if report.sighting.attempt != call.attempt:
            raise Refused(f"The node {answer.node} reported another attempt as {call.attempt}.")
        self._sightings[call.attempt] = answer.number, report
        return report

    def await_end(self, attempt: str, clock: Clock, seconds: float) -> None:
        """Wait, less if the last report comes."""
        until = self._desk.uptime() + seconds
        while (left := until - self._desk.uptime()) > 0:
            clock.sleep(min(REPORTED, left))
            if left > REPORTED:
                report = self._desk.exchange.report_of(attempt, self._number(attempt))
                if report is not None and report.last:
                    return

    def tasks_seen(self, attempt: str, after: int = 0) -> list[TaskSeen]:
        """Those of the newest report."""
        call = self._desk.exchange.begun(attempt)
        report = None if call is None else self._report(call)
        return [] if report is None else [task for task in report.tasks if task.number > after]

    def stands_still(self, attempt: str) -> str:
        """See the port: nobody takes it, or its node is silent."""
        call = next((each for each in self._desk.exchange.open_calls() if each.attempt == attempt), None)
        return "" if call is None else attempt_words(call, self._desk.book.nodes())

    def stop(self, attempt: str, isolation: Isolation | None = None) -> bool:
        """Take it back while nobody has it; else its node ends it. True on that node's word, or where none took it."""
        call = self._desk.exchange.begun(attempt)
        if call is None:
            return True
        zone = self._zone(call.zone)
        if zone.take_back(call):
            return True
        call = self._desk.exchange.call(call.id) or call
        node = self._desk.book.node(call.taken_by)
        if node.gone:
            # An administrator says that the machine is off; it must be silent for as long as any other.
            return self._silent(attempt, self._number(attempt))
        try:
            answer = zone.ask(
                StopRun(attempt=attempt, isolation=isolation), self._desk.patience.answer, node=node
            )
        except OrchError:
            return False
        gone = answer is not None and answer.stopped is not None and answer.stopped.gone
        if gone:
            self._await_last(attempt)
        return gone

    def _is_gone(self, call: Call) -> bool:
        """Whether an administrator said that the node of a call is gone: its word counts no more."""
        return bool(call.taken_by) and self._desk.book.node(call.taken_by).gone

    def _await_last(self, attempt: str) -> None:
        """The node that has stopped an attempt reports it once more."""
        until = self._desk.uptime() + self._desk.patience.answer
        while self._desk.uptime() < until:
            report = self._desk.exchange.report_of(attempt, self._number(attempt))
            if report is not None and report.last:
                return
            self._desk.clock.sleep(LOOK)

    def make_ready(self, project: str, accelerate: Acceleration | None = None) -> None:
        """Share what a run needs first; nodes fetch it with the first run."""

    def let_go(self) -> None:
        """Nothing is held here."""

    def isolation_in(self, zone: str, image: str | None, *, acts_here: bool) -> RunIsolation:
        """What a run on a node of the zone is shut off by. Raises MachineLacks where no node answers."""
        answer = self._zone(zone).ask(
            AskIsolation(image=image, acts_here=acts_here), self._desk.patience.answer
        )
        if answer is None or answer.isolation is None:
            raise MachineLacks(
                f"No node of the zone {zone} answered within its time; see orch node list, then go on: orch resume."
            )
        return answer.isolation

    def _zone(self, name: str) -> Zone:
        return Zone(self._desk, name)


def _refuse_what_nodes_cannot(request: AttemptRequest) -> None:
    lacks = [
        words
        for is_so, words in (
            (
                bool(request.outputs),
                "`resources.outputs` (what runs leave for people would stay on the node)",
            ),
            (bool(request.without_ssh), "hosts without ssh"),
            (request.accelerate == "mitogen", "`strategy.accelerate: mitogen`"),
        )
        if is_so
    ]
    if lacks:
        raise MachineLacks(
            f"{request.attempt} was not started: nodes of zones run no plan with {', '.join(lacks)}. Take it out of the "
            "plan, or the zone off these hosts."
        )


def _passed(request: AttemptRequest, environ: Mapping[str, str]) -> dict[str, str]:
    absent = [name for name in request.pass_environment if name not in environ]
    if absent:
        raise MachineLacks(
            f"{request.attempt} was not started: {', '.join(absent)}, which the plan has passed to its runs, "
            f"is not set here. Set it, then go on: orch resume {request.deployment}."
        )
    return {name: environ[name] for name in request.pass_environment}
