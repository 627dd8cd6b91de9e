"""Failure limits: how many hosts may be down before a deployment stops. Unknown hosts count as down."""

from collections.abc import Collection

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.deployment.standing import DOWN, Move
from orchestrator.domain.plan.release_plan import FailureLimit


def limit_exceeded(d: Deployment, wave: int) -> str | None:
    """Why the wave cannot pass, or None: too many of its hosts down, too many overall, or none up."""
    planned = d.waves[wave]
    remaining = [host for host in planned.hosts if d.standings[host].standing != "excluded"]
    down = _down_in(d, wave)
    if not remaining:
        return "every host of the wave is excluded"
    too_many = _too_many_down(d, wave)
    if too_many is None and len(down) == len(remaining):
        return f"no host of {planned.name} is up"
    return too_many or overall_exceeded(d)


def exceeded_without(d: Deployment, dead: Collection[str]) -> str | None:
    """Why the deployment cannot begin, or begin a wave, without these hosts, or None: each counts as down in all its waves.

    A rehearsal goes on without none: it is to show the release on the hosts that it names.
    """
    if d.rehearsing.rehearsal is not None:
        return "a rehearsal needs every host"
    left = {host: d.standings[host].moved(Move(standing="unreached", reason="")) for host in dead}
    without = d.with_(standings=d.standings | left)
    waves = range(d.rollout.wave, len(d.waves))
    of_waves = (_too_many_down(without, wave) for wave in waves)
    in_all = (limit_exceeded(without, wave) for wave in waves)
    return next((reason for reason in (*of_waves, *in_all) if reason is not None), None)


def any_exceeded(d: Deployment) -> str | None:
    """`limit_exceeded` for the present wave, or the overall limit: hosts of earlier waves can go down after their gate."""
    if d.all_up and not d.never_began_on and d.waves[d.rollout.wave].hosts:
        return None
    earlier = (_too_many_down(d, wave) for wave in range(d.rollout.wave))
    return limit_exceeded(d, d.rollout.wave) or next(
        (reason for reason in earlier if reason is not None), None
    )


def _too_many_down(d: Deployment, wave: int) -> str | None:
    planned = d.waves[wave]
    remaining = [host for host in planned.hosts if d.standings[host].standing != "excluded"]
    allowed = planned.failure_limit.hosts_of(len(planned.hosts))
    down = len(_down_in(d, wave))
    if down <= allowed:
        return None
    return f"{_hosts(down)} of {len(remaining)} down in {planned.name}, allowed {allowed}"


def overall_exceeded(d: Deployment) -> str | None:
    """Why the deployment as a whole cannot go on, or None."""
    total = len(d.standings)
    down = sum(standing.standing in DOWN for standing in d.standings.values()) + len(d.never_began_on)
    allowed = d.plan.strategy.failure_limit.overall.hosts_of(total)
    if down > allowed and not _within_one_wave(d, down):
        return f"{_hosts(down)} of {total} down overall, allowed {allowed}"
    return None


def _down_in(d: Deployment, wave: int) -> tuple[str, ...]:
    """Hosts that are down, and those that the release did not get to: they go on without it."""
    never_began = set(d.never_began_on)
    return (*d.down_in(wave), *(host for host in d.waves[wave].hosts if host in never_began))


def _within_one_wave(d: Deployment, down: int) -> bool:
    """If a plan raises only the wave's limit, its overall limit is no stricter than that one.

    What a plan left out is not known once it is read back from the journal, so a plan that writes 0 beside a raised limit is
    a fault (plan_findings.py), and an overall limit of 0 says nothing of its own.
    """
    if d.plan.strategy.failure_limit.overall != FailureLimit().overall:
        return False
    return down <= max(wave.failure_limit.hosts_of(len(wave.hosts)) for wave in d.waves)


def reason_with_hosts(d: Deployment, hosts: tuple[str, ...], limit: str) -> str:
    """The exceeded limit, and the first host's own reason, in one line."""
    first = next((d.standings[host] for host in hosts if d.standings[host].reason), None)
    return f"{limit}; {first.host}: {first.reason}" if first is not None else limit


def _hosts(count: int) -> str:
    return "1 host" if count == 1 else f"{count} hosts"
