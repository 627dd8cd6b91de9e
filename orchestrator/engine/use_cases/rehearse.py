"""Rehearsal: deploys a plan elsewhere and backs it out, once after a success and once after a failure.

Each part is an ordinary deployment that names what it rehearses. A killed rehearsal is resumed like any deployment, and
the same request made again continues it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from orchestrator.domain.authority.ground import Ground
from orchestrator.domain.authority.rehearsal import MeasuredWave, Rehearsal
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.events import BackoutBegan
from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.plan.effective_plan import EffectivePlan
from orchestrator.domain.plan.rehearsal_place import RehearsalPlace
from orchestrator.domain.plan.wave import Wave
from orchestrator.domain.rules.prepared_plan import PreparedPlan
from orchestrator.domain.rules.release_policy import Uncovered
from orchestrator.domain.text.names import looks_like, same_name
from orchestrator.engine.disk_space import refuse_without_room
from orchestrator.engine.lookup.journal_timeline import story_on
from orchestrator.engine.lookup.snapshots import briefs, folded
from orchestrator.engine.planning.plan_check import prepare_plan
from orchestrator.engine.ports import Ports, Watcher
from orchestrator.engine.stop_in_force import refuse_while_stopped
from orchestrator.engine.use_cases.deployment_commands import open_deployment, resume, rollback, signal
from orchestrator.errors import NotFound, Refused, UsageFault
from orchestrator.policy.authority.software_cover import rehearsed_software
from orchestrator.policy.course.rehearsing import as_rehearsed
from orchestrator.policy.evidence.rehearsal_verdict import faults_of_part, uncovered_faults
from orchestrator.policy.measures.wave_durations import measured_waves
from orchestrator.policy.planning.digests import rehearsed_plan

LAST = "last"


@dataclass(frozen=True, slots=True)
class RehearsalRequest:
    """A request for a rehearsal. `failure_in`: number (from 1) or name of a wave, `last`, or None for no failure path.

    `twice`: run each playbook a second time; None: yes, unless the plan says that its deploy playbook is not idempotent.
    """

    plan: Path
    place: RehearsalPlace
    failure_in: str | None = LAST
    twice: bool | None = None


@dataclass(frozen=True, slots=True)
class PreparedRehearsal:
    """A prepared rehearsal: the plan in its rehearsal place, and the parts in their order.

    `uncovered`: whether the policy that binds the plan takes a rehearsal with changes that no item of the baseline covers.
    `there`: the plan where it goes, with the rules that bind there.
    """

    prepared: PreparedPlan
    parts: tuple[Rehearsal, ...]
    there: PreparedPlan
    uncovered: Uncovered = "accept"


def ready(ports: Ports, asked: RehearsalRequest) -> PreparedRehearsal:
    """Check the plan in its rehearsal place. Raises PlanFault, and UsageFault if that is the plan's own place."""
    prepared = prepare_plan(ports, asked.plan, asked.place)
    written = prepared.written
    if written is None or prepared.effective is None:
        raise Refused(f"{asked.plan} cannot be rehearsed: nothing says what it is where it goes.")
    _refuse_own_place(prepared, asked.place)
    project = Path(prepared.project)
    binding = ports.authority.governing(written, project)
    if binding.objections:
        objections = "; ".join(
            f"{objection.path}: expected {objection.expected}, found {objection.found}"
            for objection in binding.objections
        )
        raise Refused(
            f"What binds the plan where it goes is not clear, so no certificate could cover it: {objections}."
        )
    elsewhere = ports.authority.tree(written, project, Path(prepared.plan_file)).files
    of = rehearsed_plan(
        prepared.effective, prepared.targets, written, binding.model, binding.policy, elsewhere
    )
    asked_of_it = binding.policy.rehearsal if binding.policy is not None else None
    uncovered: Uncovered = asked_of_it.uncovered if asked_of_it is not None else "accept"
    rules = {"policy": binding.policy, "model": binding.model}
    there = prepared.model_copy(
        update={"plan": written, "effective": of, "targets": (), "waves": (), **rules}
    )
    return PreparedRehearsal(prepared, tuple(_parts(asked, prepared, of)), there, uncovered)


def _refuse_own_place(prepared: PreparedPlan, place: RehearsalPlace) -> None:
    written = prepared.written.resources if prepared.written is not None else prepared.plan.resources
    if same_name(place.environment, written.environment) or looks_like(
        place.environment, written.environment
    ):
        raise UsageFault(
            f"The plan is for {written.environment} itself; a rehearsal runs in another environment: --in ENVIRONMENT."
        )
    project = Path(prepared.project)
    if (project / place.inventory).resolve() == (project / written.inventory).resolve():
        raise UsageFault(
            f"{place.inventory} is the inventory of {written.environment}; "
            f"a rehearsal runs on other hosts: --inventory FILE."
        )


def _parts(asked: RehearsalRequest, prepared: PreparedPlan, of: EffectivePlan) -> Iterator[Rehearsal]:
    written = prepared.written or prepared.plan
    environment = written.resources.environment
    twice = any(stage.idempotent for stage in written.stages) if asked.twice is None else asked.twice
    yield Rehearsal(of=of, environment=environment, part="backout", twice=twice)
    if asked.failure_in is not None:
        wave = _wave(asked.failure_in, prepared.waves)
        yield Rehearsal(of=of, environment=environment, part="failure path", failure_in=wave.number)


def _wave(wanted: str, waves: tuple[Wave, ...]) -> Wave:
    if wanted == LAST:
        return waves[-1]
    for wave in waves:
        if wanted in (wave.name, str(wave.number + 1)):
            return wave
    names = ", ".join(f"{wave.number + 1} ({wave.name})" for wave in waves)
    raise NotFound(f"There is no wave {wanted} in this environment; its waves are {names}.")


def rehearse_part(
    ports: Ports, ready: PreparedRehearsal, part: Rehearsal, *, by: str, watch: Watcher
) -> Deployment:
    """Begin or continue a part. Returns the deployment when it is over or waits for a person."""
    refuse_while_stopped(ports.journal)
    begun = find_part(ports, ready, part)
    if begun is not None and begun.over:
        return begun
    if begun is None:
        refuse_without_room(ports.storage, len(ready.prepared.targets))
        name = open_deployment(ports, ready.prepared, by=by, approvals=(), rehearsal=part)
    else:
        name = begun.id
    gone_on = resume(ports, name, by=by, watch=watch, said_already=begun is None)
    return _taken_back(ports, gone_on, by, watch)


def find_part(ports: Ports, ready: PreparedRehearsal, part: Rehearsal) -> Deployment | None:
    """The newest deployment of exactly this part that is open, or succeeded and is in no certificate yet."""
    project = Path(ready.prepared.project)
    presented = ports.keys.certificates(project, ports.keys.keyring(project))
    certified = {
        name
        for presented_certificate in presented
        for name in presented_certificate.signed.certificate.deployments
    }
    place = ready.prepared.plan.resources
    rehearsals = (brief.id for brief in briefs(ports.journal) if brief.rehearsal)
    for d in (folded(ports.journal, name) for name in rehearsals):
        if d.rehearsing.rehearsal == part and d.plan.resources == place and d.id not in certified:
            if d.over and not _ran_with_what_is_here(ports, ready, d):
                continue
            faults = (*faults_of_part(d), *uncovered_faults(d, ready.uncovered))
            return d if not d.over or not faults else None
    return None


def _ran_with_what_is_here(ports: Ports, ready: PreparedRehearsal, d: Deployment) -> bool:
    """Whether a part that is over ran with what another part would run with now: together they certify one software."""
    plan = ready.prepared.plan
    now = rehearsed_software(
        ports.playbooks.software(
            Path(ready.prepared.project),
            plan.playbooks,
            plan.resources.inventory,
            plan.resources.execution_environment,
        )
    )
    return all(rehearsed_software(software) == now for software in d.driving.software)


def _taken_back(ports: Ports, d: Deployment, by: str, watch: Watcher) -> Deployment:
    """Do what a person decides after a failure, on behalf of the rehearsing person: back out, and roll back the rest."""
    if (
        d.driving.hold is not None
        and d.rollout.failure is not None
        and as_rehearsed(d, d.rollout.failure) is not None
    ):
        reason = f"chosen in the rehearsal; {d.rollout.failure.reason}"
        chosen = BackoutBegan(
            hosts=d.touched_hosts,
            reason=reason,
            by=by,
            rehearsed="injected failure",
            reasons=(Ground(code="backout.chosen"),),
        )
        signal(ports, d.id, chosen)
        return resume(ports, d.id, by=by, watch=watch, said_already=True)
    if d.state is State.BACKED_OUT and d.unrestored_hosts:
        reason = f"the rest of the rehearsal; the plan's backout is of scope `{d.plan.backout.scope}`"
        return rollback(ports, d.id, by=by, reason=reason, watch=watch)
    return d


def measured(ports: Ports, parts: tuple[Deployment, ...]) -> tuple[MeasuredWave, ...]:
    """The measured times of these deployments' waves, from their journals."""
    return tuple(wave for d in parts for wave in measured_waves(d, story_on(ports.journal, d)))
