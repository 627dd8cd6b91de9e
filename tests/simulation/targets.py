"""What the simulated hosts answer when they are asked: the truth, or, when a fault strikes, too little of it."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TypeVar

from orchestrator.domain.evidence.baseline import Baseline, BaselineScope, ConfigurationItem
from orchestrator.domain.evidence.left_process import ProcessesSeen, ProcessSearch
from orchestrator.domain.plan.check import CheckBase, CheckResult, HttpCheck, title_of
from orchestrator.domain.plan.target import Ending, Identity, Silence, Target
from orchestrator.engine.ports import Targets
from tests.simulation.world import Host, World

T = TypeVar("T")


class SimulatedTargets(Targets):
    """Answers from what the hosts truly hold.

    `thin` is the chance that an answer lacks something, `sticky` that a process cannot be ended.
    """

    def __init__(
        self, world: World, *, thin: float, sticky: float = 0, search: ProcessSearch | None = None
    ) -> None:
        self.world = world
        self.sticky = sticky
        self.thin = thin
        self.search = search
        self.seen: dict[str, ProcessesSeen | Silence] = {}

    def stay(self, search: ProcessSearch | None = None, *, hand_on: bool = False) -> "SimulatedTargets":
        return SimulatedTargets(self.world, thin=self.thin, sticky=self.sticky, search=search)

    def verify(
        self, targets: Sequence[Target], checks: Sequence[CheckBase], project: Path
    ) -> list[CheckResult]:
        self.world.sleep(0.3)
        results: list[CheckResult] = []
        for target in targets:
            host = self.world.hosts[target.host]
            results.append(_answer(host, "reachable", "reachable", passed=host.up))
            results += [
                self._check(host, check).model_copy(update={"number": number})
                for number, check in enumerate(checks)
                if check.is_on(target)
            ]
        return self._given(self._some(results, "too few results"))

    def _check(self, host: Host, check: CheckBase) -> CheckResult:
        kind, title = str(getattr(check, "kind", "")), title_of(check)
        if not host.up:
            return _answer(host, kind, title, passed=None)
        if kind == "other_deployment":
            patience = self.world.true + timedelta(seconds=check.within or 0)
            if host.busy_until > self.world.true:
                self.world.advance_to(min(host.busy_until, patience))
            return _answer(host, kind, title, passed=host.busy_until <= self.world.true)
        if isinstance(check, HttpCheck):
            of_stage = check.url.rpartition("/")[2]
            there = of_stage in host.releases if of_stage else host.version == "2.0"
            return _answer(host, kind, title, passed=self.world.healthy(host) and there)
        return _answer(host, kind, title, passed=True)

    def verify_units(
        self, targets: Sequence[Target], digests: Mapping[str, str], title: str = "components"
    ) -> list[CheckResult]:
        hosts = [self.world.hosts[target.host] for target in targets]
        results = [
            _answer(host, "component", path, passed=host.version == "2.0" if host.up else None).model_copy(
                update={"number": number}
            )
            for host in hosts
            for number, path in enumerate(digests)
        ]
        return self._given(self._some(results, "too few digests"))

    def end_run(self, targets: Sequence[Target], run: str, patience: float) -> dict[str, Ending | Silence]:
        asked = self._some(list(targets), "too few endings")
        hosts = [self.world.hosts[target.host] for target in asked]
        if any(host.up and host.busy_until > self.world.true for host in hosts):
            latest = max(host.busy_until for host in hosts if host.up)
            self.world.advance_to(min(latest, self.world.true + timedelta(seconds=patience)))
        return {
            host.name: self._ended(host, run) if host.up else Silence(reason="unreachable") for host in hosts
        }

    def processes_of(
        self, targets: Sequence[Target], search: ProcessSearch
    ) -> dict[str, ProcessesSeen | Silence]:
        hosts = [self.world.hosts[target.host] for target in targets]
        unknown = [host for host in hosts if search != self.search or host.name not in self.seen]
        self.seen |= {host.name: self._processes(host, search) for host in unknown}
        return {host.name: self.seen[host.name] for host in hosts}

    def _processes(self, host: Host, search: ProcessSearch) -> ProcessesSeen | Silence:
        """What lives of the runs; what is to be ended ends, but for one that sticks, and what is awaited gets its time."""
        if not host.up:
            return Silence(reason="unreachable")
        ends = [
            each.until for each in host.remains if each.run in search.awaited and each.lives(self.world.true)
        ]
        if ends:
            self.world.advance_to(min(max(ends), self.world.true + timedelta(seconds=search.patience)))
        left = [each for each in host.remains if each.run in search.runs and each.lives(self.world.true)]
        ended = [each for each in left if each.run in search.end and not each.sticks]
        for each in ended:
            each.until = self.world.true
        return ProcessesSeen(
            host=host.name,
            ended=tuple(each.as_seen() for each in ended),
            left=tuple(each.as_seen() for each in left if each not in ended),
        )

    def _ended(self, host: Host, run: str) -> Ending:
        """A run's own processes are ended, but for one that sticks; those of another run are none of its business."""
        if host.work is None or host.work.attempt != run or host.busy_until <= self.world.true:
            return Ending(host=host.name)
        if self.world.struck(self.sticky, "remote process sticks"):
            return Ending(host=host.name, ended=0, left=("4711 python3",))
        host.ended_runs.add(run)
        host.rest(self.world.true)
        return Ending(host=host.name, ended=1)

    def identify(self, targets: Sequence[Target]) -> dict[str, Identity | str]:
        asked = self._some(list(targets), "too few identities")
        return {t.host: self._identity(self.world.hosts[t.host]) for t in asked}

    def dead(self, targets: Sequence[Target]) -> dict[str, str]:
        return {t.host: "no connection" for t in targets if not self.world.hosts[t.host].up}

    def _identity(self, host: Host) -> Identity | str:
        if not host.up:
            return "unreachable"
        return _identified(host.name)

    def capture(self, targets: Sequence[Target], scope: BaselineScope) -> dict[str, Baseline | str]:
        self.world.sleep(0.3)
        if self.search is not None:
            self.processes_of(targets, self.search)
        asked = self._some(list(targets), "too few baselines")
        hosts = [self.world.hosts[target.host] for target in asked]
        return {host.name: self._baseline(host) if host.up else "unreachable" for host in hosts}

    def _baseline(self, host: Host) -> Baseline:
        version, files = host.state()
        items = [_item("package", "app", "version", version)]
        items += [_item("file", name, "sha256", _sha(text)) for name, text in files]
        faults: tuple[str, ...] = ()
        if self.world.struck(self.thin, "empty baseline"):
            items = []
        elif self.world.struck(self.thin, "incomplete baseline"):
            items, faults = items[:1], ("a file could not be read",)
        else:
            self.world.captured[host.name].append((self.world.true, host.state()))
        return Baseline.of_valid(
            host=host.name,
            machine_id=f"id-{host.name}",
            captured_at=self.world.now(),
            items=tuple(items),
            faults=faults,
            epoch=host.epoch,
        )

    def _some(self, answers: list[T], fault: str) -> list[T]:
        if answers and self.world.struck(self.thin, fault):
            lost = self.world.random.randrange(len(answers))
            return [a for n, a in enumerate(answers) if n != lost and self.world.random.random() < 0.7]
        return answers

    def _given(self, results: list[CheckResult]) -> list[CheckResult]:
        """Remember every pass, so that a pass that nobody gave is found out."""
        for result in results:
            if result.answer == "passed":
                self.world.given[result.host, result.number, result.title].append(self.world.true)
        return results


@cache
def _identified(host: str) -> Identity:
    return Identity(host=host, machine_id=f"id-{host}", host_key_sha256="k", boot_id="b")


@cache
def _item(kind: str, name: str, attribute: str, value: str) -> ConfigurationItem:
    item = {"kind": kind, "name": name, "attributes": {attribute: value}}
    return ConfigurationItem.model_validate(item)


@cache
def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _answer(host: Host, kind: str, title: str, *, passed: bool | None) -> CheckResult:
    return _result(host.name, kind, title, passed)


@cache
def _result(host: str, kind: str, title: str, passed: bool | None) -> CheckResult:  # noqa: FBT001
    answer = {True: "passed", False: "failed", None: "inconclusive"}[passed]
    return CheckResult.model_validate(
        {
            "host": host,
            "kind": kind,
            "title": title,
            "answer": answer,
            "expected": "good",
            "found": "good" if passed else "bad",
            "seconds": 0.0,
        }
    )
