"""On which hosts a hint is asked for: those that a person names, else the first one of each stage."""

from collections.abc import Sequence

from orchestrator.domain.plan.target import Target
from orchestrator.domain.plan.wave import Wave


def unknown_names(targets: Sequence[Target], limit: Sequence[str]) -> tuple[str, ...]:
    """What of a limit names neither a host of the plan nor a group that one is in."""
    known = {name for target in targets for name in (target.host, *target.groups)}
    return tuple(name for name in limit if name not in known)


def hosts_for_hint(
    waves: Sequence[Wave], targets: Sequence[Target], limit: Sequence[str] = ()
) -> tuple[tuple[Wave, tuple[str, ...]], ...]:
    """The waves that are asked for, in their order, each with its chosen hosts; `limit`: names of hosts and groups."""
    if limit:
        wanted = {t.host for t in targets if not {t.host, *t.groups}.isdisjoint(limit)}
        chosen = [(wave, tuple(host for host in wave.hosts if host in wanted)) for wave in waves]
        return tuple((wave, hosts) for wave, hosts in chosen if hosts)
    first: dict[str | None, Wave] = {}
    for wave in waves:
        first.setdefault(wave.stage, wave)
    return tuple((wave, wave.hosts[:1]) for wave in first.values())
