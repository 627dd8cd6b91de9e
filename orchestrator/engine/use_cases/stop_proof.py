"""Proof that nothing runs after an emergency stop, for each deployment."""

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.engine.drive import drive
from orchestrator.engine.lookup.snapshots import folded
from orchestrator.engine.lookup.visit_ground import hosts_of
from orchestrator.engine.ports import Ports
from orchestrator.engine.redacted_ports import ask_for_vaulted
from orchestrator.errors import Conflict
from orchestrator.policy.course.own_processes import against_proof, processes_left, search_after_deploy

PATIENCE = 60.0
"""Seconds within which everything must have ended."""
POLL = 0.25


def silence(ports: Ports, name: str, *, driver: str, by: str) -> str | None:
    """Verify that nothing of a stopped deployment runs any more. Returns what still runs, in words, or None.

    If no driver is alive to end an open attempt, this process ends it.
    """
    left: str | None = f"{name} was not looked at"
    for _ in range(round(PATIENCE / POLL)):
        try:
            deployment = drive(ports, name, driver=driver, by=by, watch=lambda record: None)
        except Conflict:
            deployment = folded(ports.journal, name)
        left = _at_work(deployment)
        if left is None:
            return _left_running(ports, deployment)
        ports.clock.sleep(POLL)
    return left


def _at_work(deployment: Deployment) -> str | None:
    """The attempt that is open, or that ended before its hosts were verified to be free of it; in words."""
    if deployment.open_attempt is not None:
        return f"{deployment.open_attempt.attempt} has not ended"
    for attempt in deployment.attempts:
        if attempt.busy:
            return f"processes of {attempt.attempt} are left on {', '.join(attempt.busy)}"
        if attempt.unclean and not attempt.quiesced:
            return f"the hosts of {attempt.attempt} were not yet seen free of it"
    return None


def _left_running(ports: Ports, d: Deployment) -> str | None:
    """What attempts that ended in order left on their hosts, asked now: an emergency stop ends runs, not what they made."""
    hosts = tuple(h for h in d.standings if any(h in attempt.reached for attempt in d.attempts))
    if not hosts:
        return None
    ask_for_vaulted(ports, d, over=d.over)
    answers = hosts_of(ports, d).processes_of(
        [t for t in d.targets if t.host in hosts], search_after_deploy(d)
    )
    reasons = against_proof(d, processes_left(hosts, answers))
    return "; ".join(f"{host}: {reason}" for host, reason in reasons.items()) or None
