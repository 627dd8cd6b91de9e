"""Running a scenario with the real core: driven, killed, driven again, until the deployment is over."""

from contextlib import suppress
from pathlib import Path

from orchestrator.domain import events as e
from orchestrator.domain.baseline import Baseline, BaselineReference
from orchestrator.domain.deployment import Deployment
from orchestrator.domain.fold import fold
from orchestrator.domain.prepared import PreparedPlan
from orchestrator.engine.drive import drive
from orchestrator.engine.emergency import lift, stop_all
from orchestrator.engine.ports import BaselineStore, MediaLibrary, Planning, Ports, Watcher
from orchestrator.engine.use_cases import open_deployment, signal
from orchestrator.errors import Refused, StoreFault
from orchestrator.policy.next_step import next_step
from orchestrator.policy.steps import WaitForPerson
from tests.fakes.host_locks import FakeHostLocks
from tests.plans import SHA
from tests.simulation.journal import Killed
from tests.simulation.scenario import Scenario

DRIVES = 400


class _Baselines(BaselineStore):
    def __init__(self) -> None:
        self.kept: dict[str, Baseline] = {}

    def put(self, baseline: Baseline) -> BaselineReference:
        digest = f"{len(self.kept):064x}"
        self.kept[digest] = baseline
        return BaselineReference(
            host=baseline.host, digest=digest, machine_id=baseline.machine_id, items=len(baseline.items)
        )

    def get(self, digest: str) -> Baseline:
        return self.kept[digest]


class _Library(MediaLibrary):
    def digest(self, project: Path, artefact: str) -> str:
        return SHA

    def members(self, project: Path, artefact: str) -> dict[str, str]:
        return {"app.py": SHA}


class _Planning(Planning):
    def __init__(self, plan: PreparedPlan) -> None:
        self._plan = plan

    def prepare(self, plan: Path) -> PreparedPlan:
        return self._plan


def ports_of(scenario: Scenario) -> Ports:
    """The real core's ports over a simulated world."""
    return Ports(
        planning=_Planning(scenario.plan),
        clock=scenario.world,
        journal=scenario.journal,
        locks=FakeHostLocks(scenario.world),
        playbooks=scenario.playbooks,
        targets=scenario.targets,
        baselines=_Baselines(),
        library=_Library(),
    )


def run(scenario: Scenario) -> Deployment:
    """The deployment at its end. Raises AssertionError where it never ends."""
    ports = ports_of(scenario)
    name = _opened(ports, scenario)
    for n in range(DRIVES):
        if n == DRIVES // 4:
            scenario.journal.kill = scenario.journal.fail = 0
        try:
            deployment = drive(
                ports, name, driver=f"driver-{n}", by="ann", watch=_interrupting(scenario, ports, name)
            )
        except (Killed, StoreFault):
            scenario.world.sleep(scenario.random.random() * 4)
            continue
        if deployment.over:
            return deployment
        _answer(scenario, ports, deployment)
    raise AssertionError(
        f"seed {scenario.seed}: no end after {DRIVES} drives: {fold(ports.journal.read(name)).state}"
    )


def _opened(ports: Ports, scenario: Scenario) -> str:
    while True:
        try:
            return open_deployment(ports, scenario.plan, by="ann", approvals=())
        except Killed:
            names = ports.journal.deployments()
            if names and ports.journal.read(names[0]):
                return names[-1]
        except StoreFault:
            continue


def _interrupting(scenario: Scenario, ports: Ports, name: str) -> Watcher:
    """A watcher behind which other people sometimes say a word: the driver meets their events as conflicts."""

    def watch(record: e.Recorded) -> None:
        if scenario.random.random() < 0.004 and record.event.kind not in ("paused", "abort_requested"):
            words: list[e.Event] = [
                e.Paused(by="bo", reason="lunch"),
                e.AbortRequested(by="bo", reason="phone call"),
            ]
            _say(ports, name, scenario.random.choice(words))
        elif scenario.random.random() < 0.002:
            with suppress(Killed, StoreFault):
                stop_all(ports, by="bo", reason="fire")

    return watch


def _say(ports: Ports, name: str, word: e.Event) -> None:
    with suppress(Refused, Killed, StoreFault):
        signal(ports, name, word)


def _answer(scenario: Scenario, ports: Ports, deployment: Deployment) -> None:
    """A person answers what the deployment waits for."""
    scenario.world.sleep(scenario.random.random() * 20)
    if deployment.stopped is not None:
        with suppress(Killed, StoreFault, Refused):
            lift(ports, by="bo", reason="it was a drill")
        return
    step = next_step(deployment, scenario.world.now())
    assert isinstance(step, WaitForPerson), f"seed {scenario.seed}: {deployment.state} stopped at {step}"
    _say(ports, deployment.id, _word_for(scenario, deployment))


def _word_for(scenario: Scenario, d: Deployment) -> e.Event:
    if d.paused is not None:
        return e.Resumed(by="bo", reason="back")
    if d.hold is None and d.gate is not None and d.gate.confirm is not None:
        return e.Confirmed(wave=d.wave, role=d.gate.confirm, by="cy")
    words: list[e.Event] = [e.Retried(by="bo", reason="again")]
    if d.touched_hosts and d.state.value != "backing out":
        words.append(e.BackoutBegan(hosts=d.touched_hosts, reason="enough", by="bo"))
        words.append(e.AbortRequested(by="bo", reason="enough"))
    if d.failure is not None and d.failure.hosts:
        words.append(e.Excluded(hosts=d.failure.hosts, by="bo", reason="broken"))
    return scenario.random.choice(words)
