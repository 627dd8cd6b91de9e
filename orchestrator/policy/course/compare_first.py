"""Which hosts a backout need not run on: those that are proved, before it begins, to equal their baseline already."""

from orchestrator.domain.deployment.attempts import Attempted
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.outcome import HostOutcome


def hosts_to_compare(d: Deployment) -> tuple[str, ...]:
    """Hosts of the present backout that are compared before anything is run; none once that is over, or a run has begun."""
    if d.backout is None or d.backout.compared_first or len(d.attempts) > d.backout.first_attempt:
        return ()
    owed = must_run(d) | d.unseen_hosts
    return tuple(host for host in d.backout.hosts if host not in owed)


def hosts_to_back_out(d: Deployment) -> frozenset[str]:
    """Hosts of the present backout on which its playbook has to run."""
    if d.backout is None:
        return frozenset()
    return frozenset(d.backout.hosts) - frozenset(d.backout.equal_first) - d.unseen_hosts


def must_run(d: Deployment) -> frozenset[str]:
    """Hosts whose equality proves nothing, or that are there to prove the playbook.

    In a rehearsal that is every host. Where the deploy playbook ran to its end, changed something, and was not backed out
    since, a host that equals its baseline only shows that the baseline does not see what was changed. What people did by hand
    may be seen nowhere on the host.
    """
    if d.rehearsing.rehearsal is not None:
        return frozenset(d.touched_hosts)
    deployed: set[str] = set()
    for attempt in d.attempts:
        if attempt.manual and attempt.purpose == "deploy" and attempt.lost is not None:
            deployed.update(attempt.hosts)
        for outcome in attempt.outcome.hosts if attempt.outcome is not None else ():
            if outcome.result == "done" and attempt.purpose == "backout":
                deployed.discard(outcome.host)
            elif _leaves_something(attempt, outcome):
                deployed.add(outcome.host)
    return frozenset(deployed)


def _leaves_something(attempt: Attempted, outcome: HostOutcome) -> bool:
    if attempt.manual:
        return attempt.purpose == "deploy" and outcome.result != "untouched"
    return outcome.result == "done" and bool(outcome.changed)
