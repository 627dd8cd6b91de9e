"""Attempts in memory, with outcomes that a test scripts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from orchestrator.domain.evidence.acted_on import ActedOn
from orchestrator.domain.evidence.attempt import Acceleration, AttemptRequest, Isolation, Purpose
from orchestrator.domain.evidence.attempt_sighting import Sighting, TaskSeen
from orchestrator.domain.evidence.opened_file import OpenedFile
from orchestrator.domain.evidence.outcome import AttemptOutcome, HostOutcome, HostResult
from orchestrator.domain.evidence.run_software import AnsibleUsed, RunSoftware
from orchestrator.domain.evidence.task_changes import ChangesOn
from orchestrator.engine.ports import PlaybookRuns
from orchestrator.errors import MachineLacks, StoreFault

MOMENT = datetime(2026, 3, 2, 22, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Script:
    """How a run goes: it is seen running so many times, and then ends, dies, or (`stays_running`) does neither.

    Hosts without a result in `results` are done; of a run that dies, unknown. The second run of a rehearsal changes
    nothing, unless it `changes_again`. `acted_on`: what its tasks did on other hosts. `starved`: what the machine lacked,
    so that nothing began; `unclaimed`: no worker ever took it up. `changes` are those of its tasks, on the hosts that it
    names. `removed`: somebody removes its files while it is at work, and with `unmarked` also the mark that it was begun.
    `opened`: what it read although nobody approved it.
    """

    results: Mapping[str, HostResult] = field(default_factory=dict)
    faults: Sequence[str] = ()
    seen_running: int = 0
    dies: bool = False
    stays_running: bool = False
    changes_again: bool = False
    acted_on: Sequence[ActedOn] = ()
    starved: str | None = None
    unclaimed: bool = False
    removed: bool = False
    unmarked: bool = False
    changes: Sequence[ChangesOn] | None = ()
    opened: Sequence[OpenedFile] = ()


@dataclass
class _Run:
    request: AttemptRequest
    script: Script
    sights: int = 0
    stopped: bool = False


class FakePlaybooks(PlaybookRuns):
    """Runs nothing; `started` is every request in the order in which its run began. With `fault` set, nothing can start.

    `present` is the software that runs them; `gone`: the installation of a deployment that began is not there any more;
    `named_anew`: a person named another. `still`: why runs stand still.
    """

    def __init__(self, now: Callable[[], datetime] = lambda: MOMENT) -> None:
        self.started: list[AttemptRequest] = []
        self.fault: StoreFault | None = None
        self.ready: set[str] = set()
        self.present = RunSoftware(versions={"orch": "7.0", "python": "3.11.2", "ansible-core": "2.19.4"})
        self.gone = False
        self.named_anew = False
        self.still = ""
        self.on_start: Callable[[AttemptRequest], object] = lambda request: None
        self.on_host: Callable[[str, Purpose, HostResult], object] = lambda host, purpose, result: None
        self._now = now
        self._runs: dict[str, _Run] = {}
        self._scripts: list[tuple[Purpose, frozenset[str] | None, Script]] = []

    def script(self, purpose: Purpose, hosts: Sequence[str] | None, script: Script) -> None:
        """From now on runs of this purpose over exactly these hosts (None: any) go so; the newest that fits counts."""
        self._scripts.insert(0, (purpose, None if hosts is None else frozenset(hosts), script))

    def finish(self, attempt: str) -> None:
        """A run that stays running ends now."""
        run = self._runs[attempt]
        run.script = replace(run.script, stays_running=False)

    def start(self, request: AttemptRequest) -> None:
        """Begin the run, once; what a test does `on_start` happens while it is at work."""
        if self.fault is not None:
            raise self.fault
        if request.attempt not in self._runs:
            self.started.append(request)
            self._runs[request.attempt] = _Run(request, self._script_for(request))
            for outcome in self._outcome(self._runs[request.attempt], died=False).hosts:
                if request.purpose in {"deploy", "backout"}:
                    self.on_host(outcome.host, request.purpose, outcome.result)
        self.on_start(request)

    def sight(self, attempt: str) -> Sighting:
        """Each sight of a run brings it nearer to its end."""
        run = self._runs.get(attempt)
        if run is None:
            return Sighting(attempt=attempt, state="absent")
        run.sights += 1
        if run.script.removed:
            state: Literal["absent", "dead"] = "absent" if run.script.unmarked else "dead"
            return Sighting(attempt=attempt, state=state, removed=not run.script.unmarked)
        if run.script.unclaimed:
            return Sighting(attempt=attempt, state="dead", began=False)
        if run.stopped or (run.script.dies and run.sights > run.script.seen_running):
            return Sighting(attempt=attempt, state="dead", outcome=self._outcome(run, died=True))
        if run.script.stays_running or run.sights <= run.script.seen_running:
            return Sighting(attempt=attempt, state="running", worker_pid=1)
        return Sighting(attempt=attempt, state="finished", outcome=self._outcome(run, died=False))

    def tasks_seen(self, attempt: str, after: int = 0) -> list[TaskSeen]:
        """One task per host."""
        run = self._runs.get(attempt)
        hosts = () if run is None else run.request.hosts
        seen = [
            TaskSeen(number=number, at=MOMENT, host=host, task="Deploy", status="changed")
            for number, host in enumerate(hosts, start=1)
        ]
        return [task for task in seen if task.number > after]

    def stop(self, attempt: str, isolation: Isolation | None = None) -> bool:
        """A run that had not ended is dead."""
        run = self._runs.get(attempt)
        if run is not None and (run.script.stays_running or run.sights <= run.script.seen_running):
            run.stopped = True
        return True

    def make_ready(self, project: str, accelerate: Acceleration | None = None) -> None:
        """Nothing is slow here; `ready` says for which projects it was asked and not let go."""
        self.ready.add(project)

    def software(
        self, project: Path, playbooks: Sequence[str] = (), inventory: str = "", image: str | None = None
    ) -> RunSoftware:
        """Two versions that are nobody's, until a test says otherwise."""
        return self.present

    def go_on_with(self, ansible: AnsibleUsed) -> AnsibleUsed | None:
        """What is there now: that of `present`, None where a test let a person name another."""
        if self.gone:
            raise MachineLacks(f"{ansible.python} is not there.")
        return None if self.named_anew else self.present.ansible

    def stands_still(self, attempt: str) -> str:
        """What the test says."""
        return self.still

    def let_go(self) -> None:
        """Nothing is ready any more."""
        self.ready.clear()

    def _script_for(self, request: AttemptRequest) -> Script:
        fitting = (
            script
            for purpose, hosts, script in self._scripts
            if purpose == request.purpose and hosts in (None, frozenset(request.hosts))
        )
        return next(fitting, Script())

    def _outcome(self, run: _Run, *, died: bool) -> AttemptOutcome:
        faults = ("the worker died",) if died else tuple(run.script.faults)
        otherwise: HostResult = "untouched" if run.script.starved else "unknown" if faults else "done"
        changed = int(run.script.changes_again or not run.request.repeated)
        hosts = [
            HostOutcome(host=host, result=result, reason=f"scripted: {result}", ok=1, changed=changed)
            for host in run.request.hosts
            for result in [run.script.results.get(host, otherwise)]
        ]
        return AttemptOutcome(
            attempt=run.request.attempt,
            hosts=tuple(hosts),
            faults=faults,
            exit_code=None if died else 0,
            acted_on=tuple(run.script.acted_on),
            starved=run.script.starved,
            opened=tuple(run.script.opened),
            started_at=self._now(),
            ended_at=self._now(),
            changes=None if run.script.changes is None else tuple(run.script.changes),
        )
