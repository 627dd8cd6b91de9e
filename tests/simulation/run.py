"""Running a scenario with the real core: driven, killed, driven again, until the deployment is over."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.deployment.standing import unapproved
from orchestrator.domain.evidence.baseline import Baseline, BaselineReference
from orchestrator.domain.journal import events as e
from orchestrator.engine.drive import drive
from orchestrator.engine.lookup.seal_check import broken_seal
from orchestrator.engine.ports import BaselineStore, Ports, Watcher
from orchestrator.engine.use_cases.deployment_commands import open_deployment, rollback, signal
from orchestrator.engine.use_cases.emergency_stop import lift, stop_all
from orchestrator.errors import Conflict, Refused, StoreFault
from orchestrator.policy.course.next_step import next_step
from orchestrator.policy.course.steps import WaitForPerson
from tests.fakes.plans import FakePlans
from tests.simulation.journal import Killed
from tests.simulation.late import leave_for, said_too_early
from tests.simulation.scenario import Scenario
from tests.worlds.people import approval
from tests.worlds.ports import ports_over

DRIVES = 400
DEATHS = (Killed, StoreFault, OSError)
"""What ends a driver without ending its deployment."""
LOCKED = frozenset({"attempt_intended", "wave_checked", "gate_passed", "backout_began", "baseline_captured"})
"""Events after which the deployment surely holds its hosts."""


class _Baselines(BaselineStore):
    def __init__(self) -> None:
        self.kept: dict[str, Baseline] = {}

    def put_all(self, baselines: Sequence[Baseline]) -> list[BaselineReference]:
        return [self._put(baseline) for baseline in baselines]

    def _put(self, baseline: Baseline) -> BaselineReference:
        digest = f"{len(self.kept):064x}"
        self.kept[digest] = baseline
        return BaselineReference.of_valid(
            host=baseline.host,
            digest=digest,
            machine_id=baseline.machine_id,
            items=len(baseline.items),
            epoch=baseline.epoch,
        )

    def get(self, digest: str) -> Baseline:
        return self.kept[digest]


def ports_of(scenario: Scenario) -> Ports:
    """The real core's ports over a simulated world."""
    ports = ports_over(
        scenario.world,
        FakePlans(lambda: scenario.plan),
        scenario.playbooks,
        scenario.targets,
        journal=scenario.journal,
        storage=scenario.storage,
        locks=scenario.locks,
        baselines=_Baselines(),
        authority=scenario.authority,
        keys=scenario.keys,
        measurements=scenario.measurements,
        balancers=scenario.balancers,
    )
    return replace(ports, seals=scenario.seals)


def run(scenario: Scenario) -> Deployment:
    """The deployment at its end. Raises AssertionError where it never ends."""
    ports = ports_of(scenario)
    name = _opened(ports, scenario)
    for n in range(DRIVES):
        if n == DRIVES // 4:
            scenario.journal.kill = scenario.journal.fail = 0
            scenario.authority.kill = scenario.authority.fail = 0
            scenario.storage.fill(full=False)
        deployment = _driven(scenario, ports, name, f"driver-{n}")
        if deployment is None:
            scenario.world.sleep(scenario.random.random() * 4)
            _accept(scenario, ports, name)
        elif deployment.over and not (scenario.rolls_back and deployment.touched_hosts):
            return deployment
        elif deployment.over:
            _roll_back(scenario, ports, name)
        else:
            _answer(scenario, ports, deployment)
    raise AssertionError(
        f"seed {scenario.seed}: no end after {DRIVES} drives: {scenario.journal.deployment(name).state}"
    )


def _driven(scenario: Scenario, ports: Ports, name: str, driver: str) -> Deployment | None:
    """The deployment where its driver left it; None where the driver died."""
    scenario.world.state = scenario.journal.deployment(name).state
    try:
        return drive(ports, name, driver=driver, by="ann", watch=_interrupting(scenario, ports, name))
    except DEATHS:
        return None


def _roll_back(scenario: Scenario, ports: Ports, name: str) -> None:
    """Somebody takes back a deployment that was over, once."""
    scenario.rolls_back = False
    try:
        _taken_back(scenario, ports, name)
    except Refused:
        d = scenario.journal.deployment(name)
        for leave in leave_for(scenario, d, e.BackoutBegan(hosts=d.touched_hosts, reason="regret", by="bo")):
            _say(scenario, ports, name, leave)
        with suppress(Refused):
            _taken_back(scenario, ports, name)


def _taken_back(scenario: Scenario, ports: Ports, name: str) -> None:
    with suppress(*DEATHS):
        rollback(ports, name, by="bo", reason="regret", watch=_interrupting(scenario, ports, name))


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
        scenario.world.heard(record.event.kind)
        scenario.seals.heard(record.deployment, len(scenario.journal.records[record.deployment]))
        if scenario.random.random() < scenario.words and record.event.kind not in (
            "paused",
            "abort_requested",
        ):
            words: list[e.Event] = [
                e.Paused(by="bo", reason="lunch"),
                e.AbortRequested(by="bo", reason="phone call"),
            ]
            _say(scenario, ports, name, scenario.random.choice(words))
        elif scenario.random.random() < scenario.words / 2:
            scenario.world.injected["emergency stop", scenario.world.phase] += 1
            with suppress(Killed, StoreFault):
                stop_all(ports, by="bo", reason="fire")
        elif scenario.rival and record.event.kind in LOCKED and scenario.random.random() < 0.2:
            _rival(scenario, ports)

    return watch


def _rival(scenario: Scenario, ports: Ports) -> None:
    """Somebody deploys another plan to some of the same hosts while this deployment holds them."""
    scenario.rival = False
    scenario.world.injected["second deployment", scenario.world.phase] += 1
    other = scenario.plan.model_copy(update={"plan_sha256": "1" * 64})
    with suppress(*DEATHS, Conflict):
        name = open_deployment(ports, other, by="di", approvals=())
        for signed in scenario.journal.deployment(ports.journal.deployments()[-1]).authority.approvals:
            signal(ports, name, e.ApprovalGiven(signed=signed, by="di"))
        drive(ports, name, driver="rival", by="di", watch=lambda record: None)


def _say(scenario: Scenario, ports: Ports, name: str, word: e.Event) -> None:
    scenario.world.injected[f"word: {word.kind}", scenario.world.phase] += 1
    with suppress(Refused, Killed, StoreFault):
        signal(ports, name, word)


def _answer(scenario: Scenario, ports: Ports, deployment: Deployment) -> None:
    """A person answers what the deployment waits for."""
    scenario.world.sleep(scenario.random.random() * 20)
    by_hand = deployment.open_attempt
    if by_hand is not None and by_hand.manual and deployment.driving.stopped is None:
        for word in scenario.people.words(deployment, by_hand):
            _say(scenario, ports, deployment.id, word)
        return
    if deployment.driving.stopped is not None:
        with suppress(Killed, StoreFault, Refused):
            lift(ports, by="bo", reason="it was a drill")
        return
    if deployment.driving.broken is not None:
        _accept(scenario, ports, deployment.id)
    step = next_step(deployment, scenario.world.now())
    assert isinstance(step, WaitForPerson), f"seed {scenario.seed}: {deployment.state} stopped at {step}"
    word = _word_for(scenario, deployment)
    for early in (*said_too_early(deployment, word), *leave_for(scenario, deployment, word)):
        _say(scenario, ports, deployment.id, early)
    _say(scenario, ports, deployment.id, word)


def _accept(scenario: Scenario, ports: Ports, name: str) -> None:
    """Somebody looked at the record, which is not what was sealed, and accepts it as it is."""
    broken = broken_seal(ports, name)
    if broken:
        damage = tuple(e.DamageHere(code=each.code, event=each.event) for each in broken)
        _say(scenario, ports, name, e.SealAccepted(damage=damage, by="bo", reason="looked at it"))


def _word_for(scenario: Scenario, d: Deployment) -> e.Event:
    given = {given_word.approval.role for given_word in d.authority.approvals}
    missing = [role for role in scenario.roles if role not in given]
    if d.authority.unadmitted is not None and missing:
        signed = approval(d, missing[0], scenario.world.now())
        return e.ApprovalGiven(signed=signed, by=signed.approval.person)
    if d.authority.unadmitted is not None:
        return e.AbortRequested(by="bo", reason="nobody knows why it may not start")
    if d.driving.paused is not None:
        return e.Resumed(by="bo", reason="back")
    if d.driving.hold is None and d.rollout.gate is not None and d.rollout.gate.confirm is not None:
        return e.Confirmed(wave=d.rollout.wave, role=d.rollout.gate.confirm, by="cy", note="looked")
    return scenario.random.choice(_answers_to_hold(scenario, d))


def _answers_to_hold(scenario: Scenario, d: Deployment) -> list[e.Event]:
    words: list[e.Event] = [e.Retried(by="bo", reason="again"), e.HeldOn(by="bo", reason="let me think")]
    if d.state.value != "backing out":
        words.append(e.AbortRequested(by="bo", reason="enough"))
    if d.touched_hosts and d.state.value != "backing out":
        words.append(e.BackoutBegan(hosts=d.touched_hosts, reason="enough", by="bo"))
    if d.stage.once and d.state.value != "backing out":
        words += 3 * [e.Retried(by="bo", reason="it had done nothing", again=True)]
    if d.rollout.failure is not None and d.rollout.failure.hosts:
        words.append(e.Excluded(hosts=d.rollout.failure.hosts, by="bo", reason="broken"))
    in_doubt = [attempt.hosts for attempt in unapproved(d.attempts, d.standings)]
    words += [e.Excluded(hosts=hosts, by="bo", reason="nobody knows what ran there") for hosts in in_doubt]
    for role in scenario.roles:
        signed = approval(d, role, scenario.world.now())
        words.append(e.ApprovalGiven(signed=signed, by=signed.approval.person))
    return words
