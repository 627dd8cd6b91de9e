"""No promotion without evidence: the ledger of every host, kept from outcomes and check results alone."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import Recorded
from orchestrator.domain.plan.check import CheckResult
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.wave import Limit, Wave
from orchestrator.domain.text.selection import selects
from tests.simulation.scenario import Scenario


@dataclass(frozen=True)
class Witness:
    """Who saw it from outside: the true time of a record, and whether a pass was really given when it was recorded."""

    when: Callable[[Recorded], datetime]
    gave: Callable[[Recorded, CheckResult], bool]


def promoted_without_evidence(scenario: Scenario, records: list[Recorded]) -> list[str]:
    """Gates, completions and passes that the evidence on the journal and in the world does not carry."""
    when, given = scenario.journal.when, scenario.world.given

    def gave(record: Recorded, result: CheckResult) -> bool:
        return any(moment <= when(record) for moment in given[result.host, result.number, result.title])

    plan = scenario.plan
    return unproved(records, plan.plan, plan.waves, Witness(when, gave))


def unproved(
    records: Iterable[Recorded], plan: ReleasePlan, waves: tuple[Wave, ...], witness: Witness
) -> list[str]:
    """Gates, completions and passes that neither the journal nor the witness carries."""
    ledger = Ledger(plan, waves, witness)
    for record in records:
        ledger.enter(record)
    return ledger.found


@dataclass
class Entry:
    """What is proved of a host since the last thing that was done to it."""

    touched: bool = False
    done: bool = False
    failing: bool = False
    excluded: bool = False
    passed: set[int | None] = field(default_factory=set)


class Ledger:
    """Goes through a journal and knows at each gate which hosts are proved to be up."""

    def __init__(self, plan: ReleasePlan, waves: tuple[Wave, ...], witness: Witness) -> None:
        self.witness = witness
        self.overall = plan.strategy.failure_limit.overall
        self.waves = waves
        self.hosts = {host: Entry() for wave in self.waves for host in wave.hosts}
        acceptance = enumerate(plan.validation.acceptance)
        checks = {number: check.on for number, check in acceptance}
        self.checks = {
            host: {number for number, on in checks.items() if selects(on, host, ())} for host in self.hosts
        }
        self.attempted: dict[str, e.AttemptIntended] = {}
        self.soak_until: datetime | None = None
        self.soaked: int | None = None
        self.jumped = False
        self.wave = 0
        self.found: list[str] = []

    def enter(self, record: Recorded) -> None:
        """Take in one record."""
        match record.event:
            case e.WaveChecked() as event:
                self._checked(record, event)
            case e.Excluded() as event:
                for host in event.hosts:
                    self.hosts[host].excluded = True
            case e.GateReached() as event:
                soak = timedelta(seconds=self.waves[event.wave].gate.soak)
                self.soak_until = self.witness.when(record) + soak
                self.soaked = event.wave if not self.waves[event.wave].gate.soak else None
            case e.ClockJumped():
                self.jumped = True
            case _:
                self._attempt(record)
                self._promoted(record)

    def _attempt(self, record: Recorded) -> None:
        match record.event:
            case e.AttemptIntended() as event:
                self._intended(event)
            case e.AttemptEnded() as event:
                for outcome in event.outcome.hosts:
                    self._ended(event.outcome.attempt, outcome.host, done=outcome.result == "done")
            case e.AttemptLost() as event:
                for host in self.attempted[event.attempt].hosts:
                    self._ended(event.attempt, host, done=False)
            case e.StepAnswered() | e.StepOverdue(ends=True) as event:
                done = isinstance(event, e.StepAnswered) and event.result == "done"
                for host in self.attempted[event.attempt].hosts:
                    self._ended(event.attempt, host, done=done)
            case _:
                pass

    def _intended(self, event: e.AttemptIntended) -> None:
        self.attempted[event.attempt] = event
        for host in event.hosts:
            self.hosts[host] = Entry(touched=True, excluded=self.hosts[host].excluded)

    def _ended(self, attempt: str, host: str, *, done: bool) -> None:
        self.hosts[host].done = done and self.attempted[attempt].purpose == "deploy"

    def _checked(self, record: Recorded, event: e.WaveChecked) -> None:
        for host, results in _by_host(event.results).items():
            entry = self.hosts[host]
            answered = (r for r in results if r.kind != "component" and r.answer == "passed")
            entry.passed |= {result.number for result in answered}
            entry.failing = any(result.answer != "passed" for result in results)
            self.found += [
                f"{host}: nobody gave the pass of {result.title}"
                for result in results
                if result.answer == "passed" and not self.witness.gave(record, result)
            ]
        if event.stage == "soak" and event.final and self.soak_until is not None:
            # By true time, unless the clock was set: then a person resumed and took the soak as it was.
            in_time = self.witness.when(record) >= self.soak_until or self.jumped
            whole = in_time and all(result.answer == "passed" for result in event.results)
            self.soaked = event.wave if whole or not self.waves[event.wave].gate.soak else None

    def _promoted(self, record: Recorded) -> None:
        match record.event:
            case e.GatePassed(wave=number):
                self.wave = number
                self._within_limits(self.waves[: number + 1], "gate")
                if self.soaked != number:
                    self.found.append(f"gate {number} passed without its soak")
            case e.EarlyLifeBegan():
                self.wave = len(self.waves) - 1
                self._within_limits(self.waves, "early life")
            case e.Completed():
                self.wave = len(self.waves) - 1
                down = [host for host in self.hosts if not self._up(host)]
                if down:
                    self.found.append(f"completed without evidence for {', '.join(down)}")
            case e.CompletedWithExceptions(exceptions=named):
                self.wave = len(self.waves) - 1
                self._within_limits(self.waves, "completion")
                unnamed = [h for h in self.hosts if not self._up(h) and not named.get(h, "").strip()]
                if unnamed:
                    self.found.append(f"completed without a word of {', '.join(unnamed)}")
            case _:
                pass

    def _within_limits(self, waves: Iterable[Wave], what: str) -> None:
        waves = tuple(waves)
        for wave in waves:
            self._limit(wave.hosts, wave.failure_limit, len(wave.hosts), f"{what}, {wave.name}")
        everywhere = list(dict.fromkeys(host for wave in waves for host in wave.hosts))
        self._limit(everywhere, self.overall, len(self.hosts), f"{what}, overall")
        # In the end a person may have excluded a whole wave; a gate is never passed by nobody.
        needed = waves[-1].hosts if what == "gate" else everywhere
        if not any(self._up(host) and not self.hosts[host].excluded for host in needed):
            self.found.append(f"{what}: promoted with none of {', '.join(needed)} up")

    def _limit(self, hosts: Iterable[str], limit: Limit, total: int, what: str) -> None:
        down = [host for host in hosts if not self._up(host) and not self.hosts[host].excluded]
        if len(down) > limit.hosts_of(total):
            self.found.append(f"{what}: promoted with {', '.join(down)} not proved to be up")

    def _up(self, host: str) -> bool:
        """Whether it is proved to be up. Until its last stage a host need not hold what the plan asks for as a whole."""
        entry, later = self.hosts[host], self.waves[self.wave + 1 :]
        comes_again = any(host in wave.hosts for wave in later)
        proved = bool(entry.passed) if comes_again else entry.passed >= self.checks[host]
        return entry.done and not entry.failing and proved


def _by_host(results: Iterable[CheckResult]) -> dict[str, list[CheckResult]]:
    by_host: dict[str, list[CheckResult]] = {}
    for result in results:
        by_host.setdefault(result.host, []).append(result)
    return by_host
