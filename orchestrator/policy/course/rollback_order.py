"""Which later deployments stand on what a rollback would undo: by machine, never by name (docs/adr/0062)."""

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.policy.calendar.bookings import BY_ADDRESS, address_of


def touched_machines(d: Deployment) -> dict[str, str]:
    """Hosts that it touched, by machine. Every touched host has a baseline, which knows its machine."""
    baselines = d.preparation.baselines
    return {
        baselines[host].machine_id if host in baselines else f"{BY_ADDRESS}{address_of(d.target(host))}": host
        for host in d.touched_hosts
    }


def hosts_in_common(d: Deployment, other: Deployment) -> tuple[str, ...]:
    """The hosts of `d`, by its own names, whose machines the other deployment touched too."""
    theirs = touched_machines(other)
    return tuple(sorted(host for machine, host in touched_machines(d).items() if machine in theirs))
