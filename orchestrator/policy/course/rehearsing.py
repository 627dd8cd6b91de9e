"""The additional steps of a rehearsal: second runs, the injected failure, and its end."""

from orchestrator.domain.authority.ground import Ground
from orchestrator.domain.authority.rehearsal import INJECTED, AsRehearsed
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.deployment.rollout_progress import Failure
from orchestrator.domain.evidence.attempt import Purpose
from orchestrator.domain.journal.events import BackoutBegan
from orchestrator.domain.plan.check import CheckResult

REPEATS = 2
"""A second run whose worker was lost is repeated once."""


def repeat_due(d: Deployment, purpose: Purpose, wave: int, hosts: tuple[str, ...]) -> bool:
    """Whether a playbook that ran on these hosts of a wave still needs its second run, to prove that it is idempotent."""
    if d.rehearsing.rehearsal is None or not d.rehearsing.rehearsal.twice or not hosts:
        return False
    stage = d.plan.stage_of(d.waves[wave])
    if stage.manual_for(purpose) is not None or (purpose == "deploy" and stage.once):
        return False
    repeats = [attempt for attempt in d.attempts_of(purpose, wave) if attempt.repeated]
    return len(repeats) < REPEATS and all(attempt.outcome is None for attempt in repeats)


def injected_failures(d: Deployment, wave: int, hosts: tuple[str, ...]) -> list[CheckResult]:
    """A failed result for each host of the wave that the rehearsal declares failed, of a kind that no check has.

    They come last, so that a real failure of a host is reported first.
    """
    if d.rehearsing.rehearsal is None or d.rehearsing.rehearsal.failure_in != wave:
        return []
    return [
        CheckResult(
            host=host,
            kind=INJECTED,
            title="failure injected by orch rehearse",
            answer="failed",
            expected="no failure",
            found="the one that was injected, to rehearse what follows",
            seconds=0.0,
        )
        for host in hosts
    ]


def as_rehearsed(d: Deployment, failure: Failure) -> AsRehearsed | None:
    """Whether a failure is only the injected one, and nothing else is wrong on any host."""
    ours = (
        failure.stage == "verification"
        and d.rehearsing.injected
        and set(failure.hosts) <= d.rollout.check_failures.keys()
    )
    return "injected failure" if d.rehearsing.rehearsal is not None and ours else None


def end_of_rehearsal(d: Deployment) -> BackoutBegan:
    """After the last gate a rehearsal is backed out; it succeeded only where every host is verified."""
    bad = [host for host, standing in d.standings.items() if standing.standing != "verified"]
    if not bad:
        reason = "every wave is deployed and verified, and the backout is rehearsed"
        return BackoutBegan(
            hosts=d.touched_hosts,
            reason=reason,
            by="orch",
            rehearsed="end",
            reasons=(Ground(code="backout.rehearsed"),),
        )
    reason = f"the failure limits allow it, but {', '.join(bad)} is not verified at the end of the rehearsal"
    reasons = (Ground(code="backout.not_as_rehearsed", values={"hosts": ", ".join(bad)}),)
    return BackoutBegan(hosts=d.touched_hosts, reason=reason, by="orch", reasons=reasons)
