"""Which epochs a host may hold when an attempt arrives: any other proves that another run was there in between.

An attempt's own epoch only refuses runs that began before another run. A deployment that slept through another run, and
then begins an attempt, such as its next wave, presents an epoch that is newer still.
"""

from orchestrator.domain.deployment.attempts import Attempted
from orchestrator.domain.deployment.deployment import Deployment


def known_epochs(d: Deployment, attempt: Attempted) -> dict[str, tuple[int, ...]]:
    """For each host of the attempt whose baseline recorded an epoch: that one, and all epochs that are explained since.

    These are the epochs of earlier attempts of this deployment, of another's run that a person accepted after a refusal,
    and of later deployments that were backed out before this one is.
    """
    earlier = d.attempts[: d.attempts.index(attempt)]
    own = {attempt.epoch for attempt in earlier}
    restored = set(d.backout.restored) if d.backout is not None else set()
    known = {}
    for host in attempt.hosts:
        baseline = d.preparation.baselines.get(host)
        if baseline is not None and baseline.epoch is not None:
            known[host] = tuple(sorted({baseline.epoch} | own | restored | _answered_for(earlier, host)))
    return known


def _answered_for(attempts: tuple[Attempted, ...], host: str) -> set[int]:
    outcomes = [
        outcome for a in attempts if a.answered and a.outcome is not None for outcome in a.outcome.hosts
    ]
    return {
        outcome.found_epoch
        for outcome in outcomes
        if outcome.host == host and outcome.found_epoch is not None
    }
