"""Rounds of a team under faults: several deployments at once, parts that die in the middle, operators who answer."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

import httpx

from orchestrator.adapters.clock import SystemClock
from orchestrator.bootstrap import nodes
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.fold import fold
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import Recorded
from orchestrator.engine.use_cases.deployment_commands import open_deployment
from orchestrator.engine.use_cases.deployment_commands import signal as say
from orchestrator.errors import OrchError
from orchestrator.policy.course.next_step import next_step
from orchestrator.policy.course.steps import WaitForPerson
from tests.chaos.team.light_deployments import light_plan, light_ports
from tests.chaos.team.team_faults import Planned, planned
from tests.chaos.team.team_oracle import broken
from tests.chaos.team.team_site import OPERATORS, TeamSite, removed

PAIRS = 6
LIMIT = 900.0
"""Seconds after the first act within which every deployment of a round ends; a machine at full load is slow."""
FAILING = 0.12
"""So many releases fail on a host of their second wave."""
MOST_COMMANDS = 8


@dataclass
class TeamRun:
    """A deployment of a round, and what came of it. `took`: seconds from a fault to each driver that took over after it."""

    seed: int
    deployment: str = ""
    faults: list[str] = field(default_factory=list)
    faulted: bool = False
    commands: list[str] = field(default_factory=list)
    paused: bool = False
    ended: str = "never"
    drivers: int = 0
    broken: list[str] = field(default_factory=list)
    seconds: float = 0.0
    took: list[float] = field(default_factory=list)
    gap: float = 0.0
    """Seconds for which the servers behind the proxy answered nobody, at the longest."""
    refused: list[str] = field(default_factory=list)
    """The last events of one that was refused: which fault refused it."""


Say = Callable[[TeamRun], None]


def trial(
    rounds: int, seed: int, *, pairs: int = PAIRS, tell: Say = lambda run: None, number: int | None = None
) -> list[TeamRun]:
    """So many rounds with the seeds from `seed` on; each deployment of them."""
    folder = Path(tempfile.mkdtemp(prefix="orch-team-"))
    site = TeamSite(folder, pairs, number)
    runs: list[TeamRun] = []
    site.begin()
    try:
        for each in range(seed, seed + rounds):
            for run in Round(site, each).run():
                runs.append(run)
                tell(run)
            if any(run.ended == "never" or "it did not end" in " ".join(run.broken) for run in runs):
                break  # its hosts are not free for the next round
    finally:
        site.end()
        if not any(run.broken for run in runs):
            removed(folder)
    return runs


class Round:
    """The deployments of one seed."""

    def __init__(
        self, site: TeamSite, seed: int, faults: list[Planned] | None = None, *, seconds: float = 0.0
    ) -> None:
        """`faults`: those of the seed, where none are given; `seconds`: of each run, where they are not drawn."""
        self.site, self.seed, self.draw = site, seed, random.Random(seed)
        self.seconds = seconds
        self.planned = planned(seed) if faults is None else faults
        self.ports = light_ports(site.home, site.database_here, site.fleet.root)
        self.journal = self.ports.journal
        self.runs = [TeamRun(seed) for _ in range(site.pairs)]
        self.struck: list[tuple[float, str]] = []
        self.answering: set[str] = set()
        self.over, self.gap = Event(), 0.0

    def run(self) -> list[TeamRun]:
        """From the first plan to the verdict."""
        began = time.monotonic()
        for host in self.site.hosts:
            self.site.fleet.fresh(host)
        with ThreadPoolExecutor(2 + len(self.planned) + self.site.pairs) as pool:
            acted = len(self.site.fleet.log())
            list(pool.map(self._submit, range(self.site.pairs), timeout=LIMIT))
            deadline = time.monotonic() + 120
            while len(self.site.fleet.log()) == acted and time.monotonic() < deadline:
                time.sleep(0.1)
            faults = [pool.submit(self._strike, fault) for fault in self.planned]
            faults.append(pool.submit(self._pause, self.runs[self.draw.randrange(self.site.pairs)]))
            Thread(target=self._probe, daemon=True).start()
            self._until_over(pool)
            for fault in faults:
                fault.result()
        self.over.set()
        for run in self.runs:
            self._judge(run, began)
        return self.runs

    def _submit(self, pair: int) -> None:
        """An operator opens a deployment, and gives it to the workers."""
        draw = random.Random(f"{self.seed}:{pair}")
        fails_on = f"beta{pair}" if draw.random() < FAILING and not self.seconds else ""
        seconds, soak = (self.seconds, 1.0) if self.seconds else (draw.uniform(4, 7), draw.uniform(1, 4))
        file = self.site.plan(pair, seconds=seconds, soak=soak, fails_on=fails_on)
        plan = light_plan(self.site.project, self.site.home, pair, file.read_text())
        by = OPERATORS[pair % len(OPERATORS)]
        name = open_deployment(self.ports, plan, by=by, approvals=())
        self.runs[pair].deployment = name
        self._queue(name, by)

    def _queue(self, name: str, by: str) -> None:
        nodes.queued_drivers(self.site.database_here).begin(name, by)

    def _strike(self, planned_fault: Planned) -> None:
        time.sleep(planned_fault.after)
        at, words = time.time(), f"{planned_fault.fault.name}: {planned_fault.part}"
        try:
            planned_fault.fault.strike(self.site, planned_fault.part)
            self.struck.append((at, words))
            time.sleep(planned_fault.lasts)
        finally:
            planned_fault.fault.heal(self.site, planned_fault.part)

    def _pause(self, run: TeamRun) -> None:
        """Bo pauses a deployment over the API, and asks again until a server answers; it is on record once."""
        time.sleep(self.draw.uniform(0.0, 9.0))
        headers = {"authorization": f"Bearer {self.site.token}", "idempotency-key": f"pause {run.deployment}"}
        word = {"event": {"kind": "paused", "by": "bo", "reason": "chaos"}}
        url, deadline = (
            f"{self.site.address}/api/v1/deployments/{run.deployment}/words",
            time.monotonic() + 90,
        )
        while time.monotonic() < deadline and run.deployment:
            with suppress(httpx.HTTPError):
                answer = httpx.post(url, json=word, headers=headers, timeout=15, trust_env=False)
                if answer.status_code in {201, 409, 422}:
                    run.commands.append(f"pause over the API: {answer.status_code}")
                    if answer.status_code == 201:
                        run.paused = True
                    return
                run.commands.append(f"pause over the API: {answer.status_code} {answer.text[:80]}")
            time.sleep(2.0)
        run.commands.append("pause over the API: never answered")

    def _probe(self) -> None:
        """Whoever asks the proxy."""
        answered = time.monotonic()
        while not self.over.wait(0.5):
            with suppress(httpx.HTTPError):
                if httpx.get(f"{self.site.address}/healthz", timeout=5, trust_env=False).status_code == 200:
                    answered = time.monotonic()
            self.gap = max(self.gap, time.monotonic() - answered)

    def _until_over(self, pool: ThreadPoolExecutor) -> None:
        """Wait, and answer what waits for a person."""
        deadline = time.monotonic() + LIMIT
        while time.monotonic() < deadline:
            standing = [run for run in self.runs if run.deployment and not self._look(run, pool)]
            if not standing:
                return
            time.sleep(1.0)

    def _look(self, run: TeamRun, pool: ThreadPoolExecutor) -> bool:
        """Whether it is over."""
        if run.deployment in self.answering:
            return False
        try:
            d = fold(self.journal.read(run.deployment))
        except OrchError:  # the database is away, by a fault of the plan
            return False
        if d.over:
            return True
        if (
            isinstance(next_step(d, SystemClock().now()), WaitForPerson)
            and len(run.commands) < 2 * MOST_COMMANDS
        ):
            self.answering.add(run.deployment)
            pool.submit(self._answer, run, d)
        return False

    def _answer(self, run: TeamRun, d: Deployment) -> None:
        """What a person says next: once more, and then enough; a worker goes on with it."""
        step, by = next_step(d, SystemClock().now()), OPERATORS[len(run.commands) % 2]
        choices = step.choices if isinstance(step, WaitForPerson) else ()
        word: e.Event = e.Resumed(by=by, reason="chaos")
        if "retry" in choices and not any(command == "retried" for command in run.commands):
            word = (
                e.Retried(by=by, reason="chaos", again=True)
                if d.stage.once
                else e.Retried(by=by, reason="chaos")
            )
        elif "rollback" in choices:
            word = e.BackoutBegan(hosts=d.touched_hosts, reason="chaos", by=by)
        run.commands.append(word.kind)
        try:
            say(self.ports, d.id, word)
            self._queue(d.id, by)
        except OrchError as fault:
            run.commands.append(str(fault)[:200])
        finally:
            self.answering.discard(d.id)

    def _judge(self, run: TeamRun, began: float) -> None:
        run.broken += self.site.faults
        self.site.faults.clear()
        run.faults = [words for _, words in self.struck]
        run.gap = round(self.gap, 1)
        run.seconds = time.monotonic() - began
        if not run.deployment:
            run.broken.append("it was not scheduled")
            return
        records = self.journal.read(run.deployment)
        d = fold(records)
        run.ended, run.drivers = d.state.value, sum(isinstance(r.event, e.DriverTook) for r in records)
        begun, last = _span(records)
        if run.ended == "refused":
            run.refused = [str(record.event)[:600] for record in records[-6:]]
        run.faulted = any(begun <= at <= last for at, _ in self.struck)
        run.took = _take_overs(
            records, [at for at, words in self.struck if "machine" in words or "drivers" in words]
        )
        run.broken += broken(records, d, self.site.fleet)
        run.broken += self._defects(run.deployment)
        words = sum(isinstance(r.event, e.Paused) and r.event.by == "bo" for r in records)
        if words != int(run.paused):
            run.broken.append(f"bo said pause {int(run.paused)} times, and it is on record {words} times")

    def _defects(self, deployment: str) -> list[str]:
        log = self.site.home / "driven" / f"{deployment}.log"
        words = log.read_text(errors="replace") if log.exists() else ""
        return [f"a driver failed on a defect of its own: {words[-800:]}"] if "Traceback" in words else []


def _span(records: list[Recorded]) -> tuple[float, float]:
    """From its first driver to its end."""
    begun = next((r.at.timestamp() for r in records if isinstance(r.event, e.DriverTook)), float("inf"))
    return begun, records[-1].at.timestamp()


def _take_overs(records: list[Recorded], struck: list[float]) -> list[float]:
    """Seconds from the death of a machine or of a driver to the next driver of this deployment."""
    took = [r.at.timestamp() for r in records if isinstance(r.event, e.DriverTook)]
    waits = []
    for at in struck:
        after = [each for each in took if each > at]
        if any(each < at for each in took) and after:
            waits.append(round(after[0] - at, 1))
    return waits
