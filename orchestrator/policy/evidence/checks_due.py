"""Which acceptance checks a host is asked, and when (docs/adr/0072).

Those of the whole plan hold when the release is there: they are asked after the last stage that touches the host. Those of
a stage are asked after it, and until the next stage of the host begins. A plan without stages is one stage.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from orchestrator.domain.plan.check import Check
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.wave import Wave

Hosts = tuple[str, ...]


class Due(NamedTuple):
    """Hosts, and what each of them is asked."""

    hosts: Hosts
    checks: tuple[Check, ...]


def in_their_last_stage(waves: Sequence[Wave], wave: int, hosts: Hosts) -> Hosts:
    """Those hosts of a wave that no later wave has."""
    later = {host for each in waves[wave + 1 :] for host in each.hosts}
    return tuple(host for host in hosts if host not in later)


def due_after_wave(plan: ReleasePlan, waves: Sequence[Wave], wave: int, hosts: Hosts) -> Iterator[Due]:
    """What these hosts of a wave are asked once it is deployed."""
    own, last = waves[wave].acceptance, in_their_last_stage(waves, wave, hosts)
    between = tuple(host for host in hosts if host not in last)
    if between:
        yield Due(between, own)
    if last:
        yield Due(last, (*plan.validation.acceptance, *own))


def due_at_the_end(plan: ReleasePlan, waves: Sequence[Wave], wave: int, verified: Hosts) -> Iterator[Due]:
    """What the hosts of earlier waves are asked after the last one of a plan with stages: a later tier can break them."""
    if waves[wave].stage is None or wave + 1 < len(waves):
        return
    others = tuple(host for host in verified if host not in waves[wave].hosts)
    if others:
        yield Due(others, plan.validation.acceptance)


def due_while_watched(plan: ReleasePlan, waves: Sequence[Wave], until: int, hosts: Hosts) -> Iterator[Due]:
    """What these hosts are asked in a soak or in early life support, when every wave up to this one is deployed."""
    newest = {host: wave.number for wave in waves[: until + 1] for host in wave.hosts}
    for wave in waves[: until + 1]:
        of_wave = tuple(host for host in wave.hosts if host in hosts and newest[host] == wave.number)
        yield from due_after_wave(plan, waves, wave.number, of_wave)
