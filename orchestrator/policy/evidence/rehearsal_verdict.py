"""The result of a part of a rehearsal: its faults, and whether its playbooks are idempotent."""

from collections.abc import Iterator
from dataclasses import dataclass

from orchestrator.domain.deployment.attempts import latest_outcomes
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.attempt import Purpose
from orchestrator.domain.evidence.opened_file import opened_words
from orchestrator.domain.evidence.outcome import HostOutcome
from orchestrator.domain.journal.lifecycle import NEVER_TOUCHED, State
from orchestrator.domain.plan.stage import Stage
from orchestrator.domain.rules.release_policy import Uncovered
from orchestrator.policy.evidence.coverage_words import uncovered_words

_PURPOSES: tuple[Purpose, Purpose] = ("deploy", "backout")


@dataclass(frozen=True, slots=True)
class Repeat:
    """The result of a playbook's second run on each host of its first run; None where there was none."""

    playbook: str
    purpose: Purpose
    outcomes: dict[str, HostOutcome | None]

    @property
    def faults(self) -> tuple[str, ...]:
        """Why the playbook is not proved idempotent; a second run without evidence proves nothing."""
        return tuple(self._faults()) or (() if self.outcomes else (f"{self.playbook} ran on no host",))

    def _faults(self) -> Iterator[str]:
        for host, outcome in self.outcomes.items():
            if outcome is None:
                yield f"{self.playbook} was not run a second time on {host}"
            elif outcome.result != "done":
                yield f"{self.playbook}, run a second time on {host}, was not done: {outcome.reason}"
            elif outcome.changed:
                tasks = ", ".join(f"'{task}'" for task in outcome.changed_tasks) or "tasks not named"
                yield f"{self.playbook}, run a second time on {host}, changed it again: {tasks}"


def repeats_of(d: Deployment) -> tuple[Repeat, ...]:
    """The second runs of the deploy and the backout playbook; empty where the rehearsal does not include them."""
    if d.rehearsing.rehearsal is None or not d.rehearsing.rehearsal.twice:
        return ()
    return tuple(
        _repeat(d, playbook, purpose, stage)
        for stage in d.plan.stages
        for playbook, purpose in zip((stage.playbook, stage.backout.playbook), _PURPOSES, strict=True)
        if playbook and not (stage.once and purpose == "deploy")
    )


def _repeat(d: Deployment, playbook: str, purpose: Purpose, stage: Stage) -> Repeat:
    waves = {wave.number for wave in d.waves if wave.stage == stage.name}
    of_purpose = [a for a in d.attempts if a.purpose == purpose and a.wave in waves]
    again = latest_outcomes(attempt for attempt in of_purpose if attempt.repeated)
    ran = {host for attempt in of_purpose for host in attempt.hosts}
    return Repeat(playbook, purpose, {host: again.get(host) for host in d.hosts if host in ran})


def faults_of_part(d: Deployment) -> tuple[str, ...]:
    """Every fault in this part of a rehearsal; empty where it succeeded."""
    return tuple(_faults(d))


def uncovered_faults(d: Deployment, allowed: Uncovered) -> tuple[str, ...]:
    """Why this part certifies nothing under a policy that refuses changes that no item of the baseline covers."""
    uncovered = d.backout.uncovered if d.backout is not None else ()
    if allowed == "accept" or not uncovered:
        return ()
    return (f"restored in what was captured only, which the policy refuses; {uncovered_words(uncovered)}",)


def _faults(d: Deployment) -> Iterator[str]:
    rehearsal = d.rehearsing.rehearsal
    if rehearsal is None:
        yield "it is a deployment, not a rehearsal"
        return
    yield from _end(d)
    expected = "end" if rehearsal.part == "backout" else "injected failure"
    if d.backout is not None and d.rehearsing.rehearsed != expected:
        yield _otherwise(d, expected)
    for attempt in d.attempts:
        if attempt.changed_in_copy:
            yield f"what {attempt.attempt} ran may not be what was planned: {'; '.join(attempt.changed_in_copy)}"
        if attempt.opened:
            yield f"{attempt.attempt} read what nobody approved: {opened_words(attempt.opened)}"
    if d.state is State.BACKED_OUT and d.unrestored_hosts:
        left = ", ".join(d.unrestored_hosts)
        yield f"not taken back, for the plan's backout is of scope `{d.plan.backout.scope}`: {left}"
    for repeat in repeats_of(d):
        yield from repeat.faults


def _end(d: Deployment) -> Iterator[str]:
    if not d.over:
        yield f"it is not over: {d.state.value}"
    elif d.state in NEVER_TOUCHED:
        yield "; ".join((f"it was {d.state.value} before any host was touched", *d.preparation.refusals))
    elif d.state is not State.BACKED_OUT:
        yield f"the backout is not proved: it ended {d.state.value}"


def _otherwise(d: Deployment, expected: str) -> str:
    reason = d.backout.reason if d.backout is not None else ""
    if expected == "end":
        return f"the deployment itself did not go well: {reason}"
    return f"it was not the injected failure that stopped it: {reason}"
