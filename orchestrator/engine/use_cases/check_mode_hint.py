"""A hint of what a plan would change: its deploy playbooks in check mode, on a few hosts, with nothing put on a journal."""

from collections.abc import Sequence
from pathlib import Path

from orchestrator.domain.deployment.attempts import Attempted
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.attempt import AttemptRequest
from orchestrator.domain.evidence.baseline import Baseline
from orchestrator.domain.evidence.hint import HintRun, HintTask, StageHint
from orchestrator.domain.fold.fold import fold
from orchestrator.domain.journal.events import Recorded
from orchestrator.domain.plan.target import acts_on_controller
from orchestrator.domain.plan.wave import Wave
from orchestrator.domain.rules.prepared_plan import PreparedPlan
from orchestrator.engine.lookup.unit_files import place_units
from orchestrator.engine.lookup.visit_ground import hosts_of_plan
from orchestrator.engine.planning.plan_check import SayProgress
from orchestrator.engine.ports import Ports
from orchestrator.engine.practices.run_attempt import request_of
from orchestrator.engine.use_cases.deployment_commands import planned
from orchestrator.errors import UsageFault
from orchestrator.policy.evidence.hint_texts import (
    paths_to_ask,
    scope_of_paths,
    with_texts_withheld,
    without_texts,
)
from orchestrator.policy.planning.hint_hosts import hosts_for_hint, unknown_names

PATIENCE = 10.0
"""Seconds that processes of a hint that was interrupted have on a host before they are killed."""


def hint_of_plan(
    ports: Ports, prepared: PreparedPlan, limit: Sequence[str], *, seconds: float, say: SayProgress
) -> tuple[StageHint, ...]:
    """What each stage says on its chosen hosts. `limit`: hosts and groups; none: the first host of each stage.

    `seconds`: the longest that one playbook may take, if the plan's own limit is not shorter. It reads from a private copy, as
    a run does, which is gone at its end. Raises UsageFault for a limit that the plan does not know, PlanFault, StoreFault,
    MachineLacks.
    """
    unknown = unknown_names(prepared.targets, limit)
    if unknown:
        known = ", ".join(target.host for target in prepared.targets[:20])
        raise UsageFault(
            f"The plan has no host and no group of the name {', '.join(unknown)}. Its hosts: {known}."
        )
    for left, at_work in ports.hints.clear_up().items():
        ports.authority.discard(left)
        for attempt in at_work:
            hosts_of_plan(ports, prepared).end_run(prepared.targets, attempt, PATIENCE)
    name = ports.hints.begin()
    try:
        d = _in_a_copy(ports, prepared, name)
        chosen = hosts_for_hint(d.waves, d.targets, limit)
        hints: list[StageHint] = []
        for number, (wave, hosts) in enumerate(chosen, 1):
            say(f"in check mode: {wave.name} on {', '.join(hosts)}")
            hints.append(_of_wave(ports, prepared, d, wave, hosts, f"{name}.{number}", seconds))
        return tuple(hints)
    finally:
        ports.authority.discard(name)
        ports.hints.end(name)


def _in_a_copy(ports: Ports, prepared: PreparedPlan, name: str) -> Deployment:
    """The plan as a deployment that no journal has, in a private copy of its own; outputs of runs are left alone."""
    event = planned(prepared, by="hint")
    d = fold([Recorded(deployment=name, seq=1, at=ports.clock.now(), event=event)])
    alone = d.plan.resources.model_copy(update={"outputs": ()})
    plan = d.plan.model_copy(update={"resources": alone})
    copy = ports.authority.freeze(name, plan, Path(d.project), Path(d.plan_file))
    place_units(ports, plan, Path(d.project), copy.place)
    placed = d.private_copy.model_copy(update={"folder": copy.place})
    return d.model_copy(update={"plan": plan, "private_copy": placed})


def _of_wave(
    ports: Ports,
    prepared: PreparedPlan,
    d: Deployment,
    wave: Wave,
    hosts: tuple[str, ...],
    attempt: str,
    seconds: float,
) -> StageHint:
    stage = d.plan.stage_of(wave)
    about = {"stage": stage.name or "", "playbook": stage.playbook, "hosts": hosts}
    if stage.manual is not None:
        return StageHint.model_validate(about)
    request = _request(ports, d, wave, hosts, attempt, seconds)
    try:
        run = ports.hints.run(request)
    except BaseException:
        _end_on_hosts(ports, prepared, request)
        raise
    if run.faults:
        _end_on_hosts(ports, prepared, request)
    return StageHint.model_validate({**about, "run": _shown(ports, prepared, run)})


def _request(
    ports: Ports, d: Deployment, wave: Wave, hosts: tuple[str, ...], attempt: str, seconds: float
) -> AttemptRequest:
    """As the deployment would run it, but for check mode, plain Ansible, and an epoch that no host keeps."""
    delegates = d.plan.stage_of(wave).allow.delegates
    targets = [target for target in d.targets if target.host in hosts]
    shut_off = ports.playbooks.isolation(
        d.plan.resources.execution_environment, acts_here=acts_on_controller(delegates, targets)
    )
    attempted = Attempted(
        attempt=attempt,
        purpose="deploy",
        wave=wave.number,
        hosts=hosts,
        intended_at=ports.clock.now(),
        isolation=shut_off.isolation,
        unisolated=shut_off.unisolated,
    )
    request = request_of(d.model_copy(update={"attempts": (attempted,)}), attempt)
    limit = min(seconds, request.run_timeout)
    return request.model_copy(
        update={"purpose": "hint", "epoch": 0, "known": {}, "accelerate": None, "run_timeout": limit}
    )


def _end_on_hosts(ports: Ports, prepared: PreparedPlan, request: AttemptRequest) -> None:
    """What a run that did not come to its end may have left at work there."""
    targets = [target for target in prepared.targets if target.host in request.hosts]
    hosts_of_plan(ports, prepared).end_run(targets, request.attempt, PATIENCE)


def _shown(ports: Ports, prepared: PreparedPlan, run: HintRun) -> HintRun:
    """What may be shown of it: no vaulted value, and no text of a file that not everybody on its host may read."""
    if ports.redaction.missing() is not None:
        return run.model_copy(update={"tasks": tuple(map(without_texts, run.tasks))})
    hosts = hosts_of_plan(ports, prepared)
    by_host = {target.host: target for target in prepared.targets}
    modes: dict[str, Baseline | str] = {}
    for host, paths in paths_to_ask(run.tasks).items():
        if by_host[host].through is None:
            modes |= hosts.capture([by_host[host]], scope_of_paths(paths))
    scope = prepared.plan.backout.baseline
    tasks = (
        with_texts_withheld(task, modes, scope.of(task.host, by_host[task.host].groups)) for task in run.tasks
    )
    return run.model_copy(update={"tasks": tuple(_redacted(ports, task) for task in tasks)})


def _redacted(ports: Ports, task: HintTask) -> HintTask:
    """Once more with all that this process knows."""
    redact = ports.redaction.shown
    diffs = tuple(diff.model_copy(update={"text": redact(diff.text)}) for diff in task.diffs)
    return task.model_copy(
        update={"task": redact(task.task), "message": redact(task.message), "diffs": diffs}
    )
