"""Backout: which hosts, in which order, and how its result is named (ISO/IEC 20000-1 9.3)."""

from collections.abc import Iterator

from orchestrator.domain.deployment.attempts import Attempted, latest_outcomes
from orchestrator.domain.deployment.backout_progress import BackoutProgress
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.deployment.rollout_progress import Failure
from orchestrator.domain.evidence.outcome import HostOutcome
from orchestrator.domain.journal.events import DeploymentBackoutFailed, ResidueFound, Restored
from orchestrator.domain.plan.wave import Wave
from orchestrator.policy.course.compare_first import hosts_to_back_out, hosts_to_compare
from orchestrator.policy.course.rehearsing import repeat_due
from orchestrator.policy.course.rotation import (
    back_after_backout,
    back_when_proved,
    idle_back,
    out_for_backout,
)
from orchestrator.policy.course.steps import Perform, Record, RunAttempt, Step

ATTEMPTS_PER_WAVE = 2
"""A backout playbook that does not end well on a host runs once more there; after that a person decides."""


def scope_of(d: Deployment, failure: Failure) -> tuple[str, ...]:
    """The touched hosts that a failure backs out, by the plan's choice."""
    touched = d.touched_hosts
    if d.plan.backout.scope == "failed":
        failed = {*failure.hosts, *_acted_on_for(d, failure.hosts)}
        return tuple(host for host in touched if host in failed)
    if d.plan.backout.scope == "wave":
        of_wave = tuple(host for host in touched if d.standings[host].wave == failure.wave)
        concerned = {*of_wave, *_acted_on_for(d, of_wave)}
        return tuple(host for host in touched if host in concerned)
    return touched


def _acted_on_for(d: Deployment, hosts: tuple[str, ...]) -> set[str]:
    """Hosts that tasks for one of these acted on; also where it is not known for whom."""
    return {act.host for act in d.acted_on if not act.by or set(act.by) & set(hosts)}


def foreign_run_reason(d: Deployment) -> str | None:
    """Why only a person may decide what follows: hosts refused the last run because of a foreign run; else None.

    A backout or a retry must not overwrite the results of the foreign run without a decision.
    """
    if not d.attempts or not _met_foreign_run(d.attempts[-1]):
        return None
    last = d.attempts[-1]
    hosts = ", ".join(last.outcome.outrun_on if last.outcome is not None else ())
    return f"a run that is not of this deployment has been on {hosts} in between; see what it did there"


def _met_foreign_run(attempt: Attempted) -> bool:
    return attempt.outcome is not None and bool(attempt.outcome.outrun_on)


def next_backout_step(d: Deployment) -> Step:
    """Compare first; back out the newest wave of the last stage first; compare with the baseline; then record the verdict."""
    progress = _progress(d)
    if (idle := idle_back(d)) is not None:
        return idle
    compared = hosts_to_compare(d)
    if compared:
        return Perform("compare_first", hosts=compared)
    for wave in reversed(d.waves):
        step = _of_wave(d, wave)
        if step is not None:
            return step
    if not progress.compared:
        return Perform("prove_restoration", hosts=d.hosts_to_prove)
    return back_when_proved(d) or Record(verdict(d))


def _of_wave(d: Deployment, wave: Wave) -> Step | None:
    """What a wave's backout still needs: out of rotation, its runs, and back into it."""
    hosts = _chosen_in(d, wave)
    again = _still_to_run(d, wave)
    if again:
        run = RunAttempt(attempt_name(d, "backout"), "backout", wave.number, again)
        return out_for_backout(d, wave, again) or run
    if repeat_due(d, "backout", wave.number, hosts):
        return RunAttempt(attempt_name(d, "backout"), "backout", wave.number, hosts, repeated=True)
    earlier = frozenset(host for w in d.waves[: wave.number] for host in _still_to_run(d, w))
    return back_after_backout(d, wave, owed_in(d, wave), earlier)


def _chosen_in(d: Deployment, wave: Wave) -> tuple[str, ...]:
    chosen = hosts_to_back_out(d)
    return tuple(host for host in owed_in(d, wave) if host in chosen)


def _still_to_run(d: Deployment, wave: Wave) -> tuple[str, ...]:
    """The hosts of a wave on which its backout playbook has yet to run."""
    attempts = tuple(a for a in d.attempts_of("backout", wave.number) if not a.repeated)
    return _hosts_to_run(_chosen_in(d, wave), attempts)


def owed_in(d: Deployment, wave: Wave) -> tuple[str, ...]:
    """The hosts of a wave that its stage has to take back: those that it touched.

    A host that another stage's tasks acted on is not taken back by a playbook that never was there: it is only compared.
    """
    if wave.stage is None:
        return wave.hosts
    began = {h for a in d.attempts if a.purpose == "deploy" and a.wave == wave.number for h in a.begun_on}
    of_stage = {each.number for each in d.waves if each.stage == wave.stage}
    acted_on = {act.host for a in d.attempts if a.wave in of_stage for act in a.acted_on}
    return tuple(host for host in wave.hosts if host in began | acted_on)


def _hosts_to_run(hosts: tuple[str, ...], attempts: tuple[Attempted, ...]) -> tuple[str, ...]:
    if not attempts:
        return hosts
    # One that this machine could not even start is no try: no host saw anything of it.
    if sum(a.started for a in attempts) >= ATTEMPTS_PER_WAVE or _met_foreign_run(attempts[-1]):
        return ()
    outcomes = latest_outcomes(attempts)
    return tuple(host for host in hosts if host not in outcomes or outcomes[host].result != "done")


def verdict(d: Deployment) -> Restored | ResidueFound | DeploymentBackoutFailed:
    """The result of a backout: restored requires equality on every host, and a playbook that ran to its end there.

    Equality is limited to the scope of the baseline. A playbook that did not run to its end may leave something undone
    outside that scope, such as a service that was not restarted: that is a failed backout, equal or not.
    """
    progress = _progress(d)
    differing = {difference.host for difference in progress.differences}
    failed = dict(progress.not_compared)
    for host, outcome in _outcomes(d, progress):
        if outcome is None or outcome.result != "done":
            reason = outcome.reason if outcome is not None else "it did not run"
            comparison = "differs from" if host in differing else "equals"
            failed.setdefault(
                host, f"{comparison} the baseline, and the backout playbook did not run to its end: {reason}"
            )
    if failed:
        return DeploymentBackoutFailed(hosts=failed)
    if differing:
        return ResidueFound(hosts=tuple(host for host in d.hosts_to_prove if host in differing))
    return Restored()


def _outcomes(d: Deployment, progress: BackoutProgress) -> Iterator[tuple[str, HostOutcome | None]]:
    """Each host of the backout with the outcome of each stage that had to take it back, the newest first."""
    for wave in reversed(d.waves):
        outcomes = latest_outcomes(a for a in d.attempts_of("backout", wave.number))
        for host in owed_in(d, wave):
            if host in progress.hosts and not (host not in outcomes and host in progress.equal_first):
                yield host, outcomes.get(host)


def _progress(d: Deployment) -> BackoutProgress:
    if d.backout is None:
        raise ValueError(f"{d.id} has no backout begun")
    return d.backout


def attempt_name(d: Deployment, purpose: str) -> str:
    """The deterministic name of the next attempt of a deployment."""
    return f"{d.id}.{len(d.attempts) + 1}-{purpose}"
