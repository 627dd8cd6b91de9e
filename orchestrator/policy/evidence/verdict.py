"""What came of a run, host by host: done needs positive evidence, and nothing said against it.

Done needs all of: the processes ended by themselves with an exit code that fits the events; the stream of events is
complete; the host is where it was when the plan was checked, and accepted the run before any task of it; the closing task
was ok on the host over a connection; at least one task really acted on it (unless the plan allows a no-op); nothing
failed, unreachable, rescued or ignored outside what the plan allows; nothing touched elsewhere.
"""

from collections.abc import Iterable

from orchestrator.domain.evidence.acted_on import ActedOn
from orchestrator.domain.evidence.attempt import CONTROLLER, Allowance, AttemptRequest, declares_controller
from orchestrator.domain.evidence.outcome import AttemptOutcome, HostOutcome, HostResult
from orchestrator.domain.evidence.run_evidence import (
    Astray,
    HostEvidence,
    Recap,
    RunEvidence,
    RunExit,
    TaskTrouble,
    by_host,
)
from orchestrator.domain.evidence.task_names import is_named
from orchestrator.policy.evidence.answering_machines import (
    answered_elsewhere,
    machines_in_words,
    machines_moved,
)
from orchestrator.policy.evidence.changes_of_run import changes_of_run
from orchestrator.policy.evidence.facts_off import ways_out
from orchestrator.policy.evidence.governing_house import other_house_words

_KILLED = range(128, 250)
"""What a shell says of a program that a signal ended; Ansible's own code for a defect is 250."""
OUTRUN = ("newer", "other")
"""Answers of a host on which a run of somebody else has been."""


def judge(request: AttemptRequest, evidence: RunEvidence, end: RunExit) -> AttemptOutcome:
    """The outcome of an attempt from its evidence and its end; with any fault of the run no host is done."""
    faults = tuple(run_faults(request, evidence, end))
    host_evidence = by_host(evidence)
    seen = (host_evidence.get(host, HostEvidence(host=host)) for host in request.hosts)
    over = _over_for_all(request, evidence)
    if _never_began(evidence, end):
        return never_ran(request, end, faults)
    clean = _ended_by_itself(end) and not evidence.gaps
    acted_on = {act.host for act in evidence.acted_on}
    return AttemptOutcome(
        attempt=request.attempt,
        hosts=tuple(
            _judge(request, each, faults, over, clean=clean and each.host not in acted_on).model_copy(
                update={"sessions": each.sessions}
            )
            for each in seen
        ),
        faults=faults,
        exit_code=end.exit_code,
        started_at=end.started_at,
        ended_at=end.ended_at,
        evidence_sha256=evidence.sha256,
        touched_outside=touched_outside(request, evidence),
        acted_on=acted_outside(request, evidence.acted_on),
        outrun_on=tuple(
            host for host in request.hosts if host in host_evidence and host_evidence[host].fence in OUTRUN
        ),
        out_of_time=end.timed_out,
        changes=changes_of_run(request, evidence),
        opened=evidence.opened,
        stock=evidence.stock,
    )


def never_ran(request: AttemptRequest, end: RunExit, faults: tuple[str, ...]) -> AttemptOutcome:
    """The outcome of an attempt that is proved to have started nothing; the first fault is why."""
    return AttemptOutcome(
        attempt=request.attempt,
        hosts=tuple(
            HostOutcome(host=host, result="untouched", reason=f"nothing was run: {faults[0]}")
            for host in request.hosts
        ),
        faults=faults,
        exit_code=end.exit_code,
        started_at=end.started_at,
        ended_at=end.ended_at,
        changes=(),
    )


def _never_began(evidence: RunEvidence, end: RunExit) -> bool:
    """Whether ansible-playbook ended by itself before it had named a host: a role that it lacks, a plugin it cannot load.

    Its first events name every host, before anything is run on one.
    """
    return (
        _ended_by_itself(end)
        and end.exit_code != 0
        and not (evidence.hosts or evidence.touched or evidence.acted_on)
    )


def _ended_by_itself(end: RunExit) -> bool:
    code = end.exit_code
    return (
        code is not None and code >= 0 and code not in _KILLED and not (end.timed_out or end.processes_left)
    )


def run_faults(request: AttemptRequest, evidence: RunEvidence, end: RunExit) -> Iterable[str]:
    """Everything that is wrong with the run as a whole."""
    yield from end.faults
    if end.timed_out:
        yield f"timed out: the run was ended after {request.run_timeout:g} s"
    elif end.exit_code is None or end.exit_code < 0:
        yield "killed: ansible-playbook did not end by itself"
    else:
        yield from _exit_code_faults(evidence, end.exit_code)
    yield from (f"evidence incomplete: {gap}" for gap in evidence.gaps)
    yield from (
        f"the playbook asked a person for `{name}`, and nobody was there" for name in evidence.prompts
    )
    outside = touched_outside(request, evidence)
    if outside:
        yield f"touched outside the wave and its declared delegates: {', '.join(outside)}"
    if not evidence.gaps:
        yield from (fault for seen in evidence.hosts for fault in _recap_faults(seen))
    yield from machines_moved(request, evidence.hosts)
    yield from _one_machine_twice(request, evidence)
    yield from _elsewhere(request, evidence)
    yield from _unfenced(request, evidence)


def touched_outside(request: AttemptRequest, evidence: RunEvidence) -> tuple[str, ...]:
    """Hosts that were acted on and are neither in the wave nor among the plan's delegates."""
    allowed = {*request.hosts, *request.allowance.delegates}
    if declares_controller(request.allowance.delegates):
        allowed |= CONTROLLER
    return tuple(sorted(set(evidence.touched) - allowed))


def acted_outside(request: AttemptRequest, acts: Iterable[ActedOn]) -> tuple[ActedOn, ...]:
    """What the run's tasks acted on outside its own hosts."""
    return tuple(act for act in acts if act.host not in request.hosts)


def _is_epoch(text: str) -> bool:
    """Whether it can be one: decimal digits, not more than a shell compares."""
    return len(text) <= 12 and text.isascii() and text.isdecimal()


def _judge(
    request: AttemptRequest, seen: HostEvidence, faults: tuple[str, ...], over: str | None, *, clean: bool
) -> HostOutcome:
    refused = _refused(request, seen) or (None if seen.plays or seen.sentinel or seen.unreachable else over)
    if refused is not None and not seen.unfenced:
        epoch = int(seen.fence_said) if seen.fence in OUTRUN and _is_epoch(seen.fence_said) else None
        never_began = clean and not seen.plays and seen.fence not in (*OUTRUN, "machine")
        result: HostResult = "untouched" if never_began else "not_done"
        return HostOutcome(host=seen.host, result=result, reason=refused, found_epoch=epoch)
    judged = judge_host(request.allowance, seen, faults)
    moved = answered_elsewhere(request, seen)
    if moved is not None:
        reason = machines_in_words(request, moved)
        judged = judged.model_copy(update={"result": "unknown", "reason": reason, "task": moved.task})
    return judged.model_copy(update={"changed_tasks": seen.changed_tasks}) if request.repeated else judged


def judge_host(allowance: Allowance, seen: HostEvidence, faults: tuple[str, ...]) -> HostOutcome:
    """The first rule that speaks decides; the order is from the strongest evidence against to the evidence for."""
    result, reason, task = (
        _astray(allowance, seen)
        or _troubled(allowance, seen)
        or _incomplete(seen, faults)
        or _idle(allowance, seen)
        or _done(seen)
    )
    # The two tasks of orch's own are no part of what the playbook did.
    ok = max(0, seen.counted.ok - (seen.fence == "ok") - seen.sentinel)
    return HostOutcome(host=seen.host, result=result, reason=reason, task=task, ok=ok, changed=seen.changed)


def _refused(request: AttemptRequest, seen: HostEvidence) -> str | None:
    """Why nothing of the playbook was run on a host, where it was refused before its first task."""
    if seen.fence == "newer":
        return f"refused by the host: a newer run (epoch {seen.fence_said}) was here"
    if seen.fence == "other":
        return f"refused by the host: another run (epoch {seen.fence_said}) has been here since the baseline was captured"
    if seen.fence == "machine":
        return (
            f"refused: this is another machine now, its machine-id is {seen.fence_said} "
            f"and was {request.machines.get(seen.host, 'another')}; nothing was run on it"
        )
    if seen.fence == "house":
        return (
            f"refused by the host: {other_house_words(seen.fence_said, request.house)}; nothing was run on it"
        )
    if seen.fence == "failed" and not seen.unreachable:
        why = seen.fence_said or "; ".join(trouble.message for trouble in seen.failed)
        if seen.host in request.without_ssh:
            return f"the host did not say which machine it is, so nothing was run on it: {why}"
        return f"the host could not be shown the epoch of this run, so nothing was run on it: {why}"
    return None


def _over_for_all(request: AttemptRequest, evidence: RunEvidence) -> str | None:
    """Why the run was over before it began, where one host shows it to be late or led astray."""
    moved = next(iter(_elsewhere(request, evidence)), None)
    if moved is not None:
        return f"nothing was run: {moved}"
    seen = next((host for host in evidence.hosts if host.fence in OUTRUN), None)
    if seen is not None:
        which = "a newer" if seen.fence == "newer" else "another"
        return f"nothing was run: {seen.host} has seen {which} run (epoch {seen.fence_said})"
    return None


_Judged = tuple[HostResult, str, str | None]


def _astray(allowance: Allowance, seen: HostEvidence) -> _Judged | None:
    """A task that ran, but not on the machine that was verified; what it left where it went nobody looks at."""
    way = next((way for way in seen.astray if way.where not in allowance.delegates), None)
    if way is None:
        return None
    message = next(
        (t.message for t in (*seen.unreachable, *seen.failed) if t.task == way.task and t.message), ""
    )
    return "unknown", f"{_led_astray(way)}{message and ': '}{message}", way.task


def _troubled(allowance: Allowance, seen: HostEvidence) -> _Judged | None:
    ignored = _outside((*seen.ignored, *seen.masked), allowance.ignored_tasks)
    rescued = _outside(seen.rescued, allowance.rescued_tasks)
    unreachable = (
        _outside(seen.unreachable, allowance.unreachable_tasks) if seen.sentinel else seen.unreachable
    )
    if unreachable and seen.fence != "ok" and not seen.unfenced:
        message = unreachable[-1].message
        return (
            "unknown",
            f"the host could not be reached, and nothing of the playbook was run on it: {message}",
            None,
        )
    if unreachable:
        return _because("unknown", "the host became unreachable in task '{}'", unreachable[-1])
    if seen.timed_out:
        return _because(
            "unknown", "task '{}' was given up at its time limit and may go on", seen.timed_out[-1]
        )
    if seen.failed:
        result, reason, task = _because("not_done", "task '{}' failed", seen.failed[-1])
        return result, f"{reason}{ways_out(allowance, seen.failed[-1].message)}", task
    if ignored:
        return _because(
            "not_done", "task '{}' failed, which the playbook ignores and the plan does not allow", ignored[0]
        )
    if rescued:
        return _because(
            "unknown", "task '{}' failed and was rescued, what that left has to be looked at", rescued[0]
        )
    if seen.pending:
        return _because(
            "unknown", "task '{}' was left in the background and its end was not seen", seen.pending[0]
        )
    return None


def _incomplete(seen: HostEvidence, faults: tuple[str, ...]) -> _Judged | None:
    if faults:
        during = f" (during task '{seen.last_task}')" if seen.last_task and not seen.sentinel else ""
        return "unknown", f"the run cannot be trusted: {faults[0]}{during}", None
    if seen.sentinel:
        return None
    if not seen.plays:
        return "not_done", "no play of the playbook covers this host", None
    after = f" after task '{seen.last_task}'" if seen.last_task else ""
    return (
        "not_done",
        f"the run stopped on this host before its end{after}, without a failure of its own",
        None,
    )


def _idle(allowance: Allowance, seen: HostEvidence) -> _Judged | None:
    if not seen.plays:
        return "not_done", "no play of the playbook covers this host", None
    rehearsed = [task for task in seen.rehearsed_tasks if not is_named(task, allowance.check_mode_tasks)]
    if rehearsed:
        return "not_done", f"{len(rehearsed)} task(s) ran in check mode, which changes nothing", rehearsed[0]
    if not seen.real and not allowance.noop:
        return "not_done", f"no task did anything on this host ({seen.skipped} skipped)", None
    return None


def _done(seen: HostEvidence) -> _Judged:
    return "done", f"{seen.real} task(s) ok, {seen.changed} changed", None


def _because(result: HostResult, words: str, trouble: TaskTrouble) -> _Judged:
    reason = words.format(trouble.task)
    return result, f"{reason}: {trouble.message}" if trouble.message else reason, trouble.task


def _led_astray(way: Astray) -> str:
    place = way.where if way.place in (way.where, "connection local") else f"{way.where} ({way.place})"
    return f"task '{way.task}' went to {place} instead of {way.acting}"


def _outside(troubles: Iterable[TaskTrouble], allowed: tuple[str, ...]) -> list[TaskTrouble]:
    """Those not allowed by name."""
    return [trouble for trouble in troubles if not is_named(trouble.task, allowed)]


def _exit_code_faults(evidence: RunEvidence, code: int) -> Iterable[str]:
    """Codes of ansible-playbook: 0 for all well, 2 for failed and 4 for unreachable hosts; 4 also for files it cannot read."""
    down = any(seen.failed or seen.timed_out or seen.unreachable for seen in evidence.hosts)
    if code not in (0, 2, 4):
        yield f"exit code {code} of ansible-playbook says that the run itself broke"
    elif code == 0 and any(seen.failed or seen.timed_out for seen in evidence.hosts):
        yield "exit code 0 of ansible-playbook, but tasks failed"
    elif code != 0 and not down:
        yield f"exit code {code} of ansible-playbook, but no event of a failed or unreachable host"


def _recap_faults(seen: HostEvidence) -> Iterable[str]:
    counted = seen.counted.model_dump()
    for name, count in (seen.recap or Recap()).model_dump().items():
        if count != counted[name]:
            yield f"the recap of {seen.host} counts {count} {name}, the events {counted[name]}"


def _one_machine_twice(request: AttemptRequest, evidence: RunEvidence) -> Iterable[str]:
    named: dict[str, str] = {}
    host_evidence = by_host(evidence)
    for host in request.hosts:
        identity = host_evidence[host].identity if host in host_evidence else ""
        if identity and identity in named:
            yield f"{named[identity]} and {host} are one machine under two names"
        elif identity:
            named[identity] = host


def _elsewhere(request: AttemptRequest, evidence: RunEvidence) -> Iterable[str]:
    """Hosts that the inventory leads somewhere else than when the plan was checked; no word of it is no proof either."""
    host_evidence = by_host(evidence)
    for host, expected in request.addresses.items():
        seen = host_evidence.get(host, HostEvidence(host=host))
        other = next((used for used in seen.addresses if used != expected), None)
        if other is not None:
            yield f"the inventory has {host} at {other} now, and had it at {expected} when the plan was checked"
        elif (seen.plays or seen.sentinel) and not seen.addresses:
            yield f"the events do not say where {host} was reached"


def _unfenced(request: AttemptRequest, evidence: RunEvidence) -> Iterable[str]:
    host_evidence = by_host(evidence)
    for host in request.hosts:
        seen = host_evidence.get(host, HostEvidence(host=host))
        if request.questions or (host in request.without_ssh and request.without_ssh[host] is None):
            continue  # a visit changes nothing; a host that nothing identifies cannot refuse
        if seen.unfenced:
            yield f"{seen.unfenced} task(s) ran on {host} before it accepted the run"
        elif seen.sentinel and seen.fence != "ok":
            yield f"the events do not say that {host} accepted the run"
