"""Hosts that a test owns: what they answer is scripted, what was asked of them is noted."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from orchestrator.domain.evidence.baseline import AttributeValue, Baseline, BaselineScope, ConfigurationItem
from orchestrator.domain.evidence.left_process import LeftProcess, ProcessesSeen, ProcessSearch
from orchestrator.domain.plan.check import Answer, Check, CheckResult, title_of
from orchestrator.domain.plan.target import Ending, Identity, Silence, SilenceCause, Target
from orchestrator.engine.ports import Targets
from orchestrator.policy.evidence.expectation import expected_of

Told = tuple[Answer, str]
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@dataclass
class FakeMachine:
    """One machine; passes every check and has every component until the test says otherwise.

    `unreachable` is the reason why it does not answer, `cause` what that is; `dead`: nothing answers there at all.
    `host_key` is the digest of its key; None: one of its own.
    `epoch` is that of the last run it has seen, None where that cannot be read.
    `house` governs it, where one does; `stores`: the newest epoch of each store.
    `installed` is SHA-256 by path; None: whatever is asked for. `form` is that of its baselines.
    """

    machine_id: str
    unreachable: str | None = None
    cause: SilenceCause = "unreachable"
    dead: bool = True
    host_key: str | None = None
    epoch: int | None = None
    without_root: str = ""
    noise: str = ""
    house: str = ""
    stores: Mapping[str, int] = field(default_factory=dict)
    items: dict[tuple[str, str], dict[str, AttributeValue]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    installed: dict[str, str] | None = None
    running: dict[str, int] = field(default_factory=dict)
    left: list[LeftProcess] = field(default_factory=list)
    unkillable: set[int] = field(default_factory=set)
    hidden: int = 0
    form: int = 0
    scripted: dict[str, list[Told]] = field(default_factory=dict)

    def script(self, check: str, *answers: Told) -> None:
        """The answers of the checks of this kind or title, one each time it is asked; the last one stays."""
        self.scripted[check] = list(answers)

    def seen(self, host: str, search: ProcessSearch) -> ProcessesSeen | Silence:
        """What lives here of the runs; what is to be ended ends, unless it is unkillable."""
        if self.unreachable is not None:
            return Silence(reason=self.unreachable, cause=self.cause)
        ended = [p for p in self.left if p.run in search.end and p.pid not in self.unkillable]
        self.left = [p for p in self.left if p not in ended]
        alive = [p for p in self.left if p.run in search.runs]
        return ProcessesSeen(host=host, ended=tuple(ended), left=tuple(alive), hidden=self.hidden)

    def answer_to(self, check: Check) -> Told:
        for key in (title_of(check), check.kind):
            answers = self.scripted.get(key)
            if answers:
                return answers.pop(0) if len(answers) > 1 else answers[0]
        return "passed", "as scripted"


class FakeTargets(Targets):
    """A fleet in memory; hosts come into being when they are first named. `on_question` happens before each answer."""

    def __init__(self) -> None:
        self.machines: dict[str, FakeMachine] = {}
        self.asked: list[tuple[str, tuple[str, ...]]] = []
        self.checks: list[Sequence[Check]] = []
        self.on_question: Callable[[str], object] = lambda question: None
        self.pins: dict[str, list[str]] = {}
        self.stays = 0
        self.staying = 0
        self.search: ProcessSearch | None = None
        self.processes: dict[str, ProcessesSeen | Silence] = {}

    def stay(self, search: ProcessSearch | None = None, *, hand_on: bool = False) -> Targets:
        """Counted, so that a test can see that each stay ended."""
        self.stays += 1
        self.staying += 1
        self.search, self.processes = search, {}
        return self

    def close(self) -> None:
        self.staying = max(0, self.staying - 1)
        self.search = None

    def machine(self, host: str) -> FakeMachine:
        """The machine behind a host's name."""
        return self.machines.setdefault(host, FakeMachine(machine_id=f"machine-of-{host}"))

    def pinned(self, targets: Sequence[Target]) -> Mapping[str, Sequence[str]]:
        """The keys that the project's known_hosts has: none, unless a test pins them (`pins`)."""
        return self.pins

    def verify(self, targets: Sequence[Target], checks: Sequence[Check], project: Path) -> list[CheckResult]:
        self._note("verify", targets)
        self.checks.append(checks)
        results: list[CheckResult] = []
        for target in targets:
            machine = self.machine(target.host)
            results.append(_reachable(target, machine))
            for number, check in enumerate(checks):
                if not check.is_on(target):
                    continue
                reason = machine.unreachable
                answered: Told = (
                    machine.answer_to(check) if reason is None else ("inconclusive", _not_asked(reason))
                )
                results.append(
                    _result(target, check.kind, title_of(check), answered, expected_of(check), number)
                )
        return results

    def verify_units(
        self, targets: Sequence[Target], digests: Mapping[str, str], title: str = "components"
    ) -> list[CheckResult]:
        self._note("verify_units", targets)
        return [
            _result(
                target,
                "component",
                f"{title} {path}",
                self._component(target, path, wanted),
                f"sha256 {wanted}",
                number,
            )
            for target in targets
            for number, (path, wanted) in enumerate(digests.items())
        ]

    def capture(self, targets: Sequence[Target], scope: BaselineScope) -> dict[str, Baseline | str]:
        self._note("capture", targets)
        self._seek(targets)
        return {target.host: self._baseline(target.host) for target in targets}

    def end_run(self, targets: Sequence[Target], run: str, patience: float) -> dict[str, Ending | Silence]:
        self._note("end_run", targets)
        endings: dict[str, Ending | Silence] = {}
        for target in targets:
            machine = self.machine(target.host)
            if machine.unreachable is not None:
                endings[target.host] = Silence(reason=machine.unreachable, cause=machine.cause)
                continue
            endings[target.host] = Ending(host=target.host, ended=machine.running.pop(run, 0))
        return endings

    def processes_of(
        self, targets: Sequence[Target], search: ProcessSearch
    ) -> dict[str, ProcessesSeen | Silence]:
        """A visit, unless the answers came with the first question of a stay with this search."""
        if search != self.search:
            self._note("processes_of", targets)
            return {target.host: self.machine(target.host).seen(target.host, search) for target in targets}
        self._seek(targets)
        return {target.host: self.processes[target.host] for target in targets}

    def _seek(self, targets: Sequence[Target]) -> None:
        for target in targets:
            if self.search is not None and target.host not in self.processes:
                self.processes[target.host] = self.machine(target.host).seen(target.host, self.search)

    def identify(self, targets: Sequence[Target]) -> dict[str, Identity | str]:
        self._note("identify", targets)
        return {target.host: self._identity(target.host) for target in targets}

    def dead(self, targets: Sequence[Target]) -> dict[str, str]:
        machines = {target.host: self.machine(target.host) for target in targets}
        return {
            host: machine.unreachable
            for host, machine in machines.items()
            if machine.unreachable is not None and machine.dead and machine.cause == "unreachable"
        }

    def _note(self, what: str, targets: Sequence[Target]) -> None:
        self.asked.append((what, tuple(target.host for target in targets)))
        self.on_question(what)

    def _component(self, target: Target, path: str, wanted: str) -> Told:
        machine = self.machine(target.host)
        if machine.unreachable is not None:
            return "inconclusive", _not_asked(machine.unreachable)
        digest = wanted if machine.installed is None else machine.installed.get(path)
        if digest is None:
            return "failed", "no such file"
        return ("passed" if digest == wanted else "failed"), f"sha256 {digest}"

    def _baseline(self, host: str) -> Baseline | str:
        machine = self.machine(host)
        if machine.unreachable is not None:
            return machine.unreachable
        items = [
            ConfigurationItem(kind=kind, name=name, attributes=dict(attributes))
            for (kind, name), attributes in sorted(machine.items.items())
        ]
        return Baseline(
            host=host,
            machine_id=machine.machine_id,
            captured_at=NOON,
            items=tuple(items),
            faults=tuple(machine.faults),
            epoch=machine.epoch,
            form=machine.form,
        )

    def release(self, targets: Sequence[Target], house: str) -> dict[str, Identity | str]:
        for target in targets:
            machine = self.machine(target.host)
            if machine.unreachable is None and machine.house == house:
                machine.house = ""
        return self.identify(targets)

    def _identity(self, host: str) -> Identity | str:
        machine = self.machine(host)
        if machine.unreachable is not None:
            return machine.unreachable
        return Identity(
            host=host,
            machine_id=machine.machine_id,
            host_key_sha256=machine.host_key or f"SHA256:{machine.machine_id}",
            boot_id=f"boot-of-{machine.machine_id}",
            without_root=machine.without_root,
            noise=machine.noise,
            house=machine.house,
            stores=dict(machine.stores),
        )


def _not_asked(reason: str) -> str:
    return f"the host was not asked: {reason}"


def _reachable(target: Target, machine: FakeMachine) -> CheckResult:
    answered: Told = ("passed", f"machine {machine.machine_id}")
    if machine.unreachable is not None:
        answered = ("failed", machine.unreachable)
    return _result(target, "reachable", "reachable over ssh", answered, "ssh")


def _result(
    target: Target, kind: str, title: str, answered: Told, expected: str, number: int | None = None
) -> CheckResult:
    answer, finding = answered
    return CheckResult(
        host=target.host,
        number=number,
        kind=kind,
        title=title,
        answer=answer,
        expected=expected,
        found=finding,
        seconds=0.0,
    )
