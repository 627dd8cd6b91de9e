"""What stands against a rollback, and what a person may set aside: all of it, with a reason (docs/adr/0062)."""

from collections.abc import Iterable, Iterator, Sequence

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.brief import Brief
from orchestrator.domain.journal.events import SetAside
from orchestrator.domain.journal.lifecycle import State
from orchestrator.engine.host_locks import held_by_others
from orchestrator.engine.lookup.snapshots import folded, survey
from orchestrator.engine.ports import Journal, Ports
from orchestrator.errors import NotFound, Refused, StoreFault
from orchestrator.policy.course.rollback_order import hosts_in_common, touched_machines
from orchestrator.policy.telling.words.obstacle_words import refusal_words

ALL = "all"
"""Sets aside whatever stands against it."""


def obstacles_of(ports: Ports, d: Deployment) -> tuple[SetAside, ...]:
    """Later deployments to its machines, later ones that cannot be read, and machines that others hold.

    Its machines are locked on return, except those that others hold.
    """
    return (*_later(ports.journal, d), *_locked(ports, d))


def set_aside(d: Deployment, obstacles: Sequence[SetAside], despite: Iterable[str]) -> tuple[SetAside, ...]:
    """The obstacles, all of which a person sets aside. Raises Refused for any other, and for a code that nothing has."""
    wanted = set(despite)
    codes = {each.code for each in obstacles}
    unknown = sorted(wanted - codes - {ALL})
    if unknown:
        standing = ", ".join(sorted(codes)) or "nothing"
        raise Refused(
            f"Nothing was backed out: nothing called {', '.join(unknown)} stands against it, but {standing}; "
            "leave that --despite out."
        )
    if ALL not in wanted and codes - wanted:
        raise Refused(refusal_words(d.id, [each for each in obstacles if each.code not in wanted]))
    return tuple(obstacles)


def epochs_backed_out_since(journal: Journal, d: Deployment) -> tuple[int, ...]:
    """The epochs of later deployments that were backed out: machines have seen them, but nothing of them is left there."""
    names = [brief.id for brief in _later_briefs(journal, d) if brief.state is State.BACKED_OUT]
    return epochs_of(journal, [other.id for other in _readable(journal, names) if hosts_in_common(d, other)])


def epochs_of(journal: Journal, deployments: Iterable[str]) -> tuple[int, ...]:
    """The epochs of all attempts of these deployments, as far as they can be read."""
    return tuple(attempt.epoch for d in _readable(journal, deployments) for attempt in d.attempts)


def _later(journal: Journal, d: Deployment) -> Iterator[SetAside]:
    names = [brief.id for brief in _later_briefs(journal, d) if brief.state is not State.BACKED_OUT]
    for other in _readable(journal, names):
        hosts = hosts_in_common(d, other)
        if hosts:
            yield SetAside(code="newer", deployment=other.id, hosts=hosts)
    newer = journal.deployments()
    for name in survey(journal, excluding=d.id).unreadable:
        if newer.index(name) < newer.index(d.id):
            yield SetAside(code="unreadable", deployment=name, hosts=d.touched_hosts)


def _later_briefs(journal: Journal, d: Deployment) -> list[Brief]:
    return [brief for brief in survey(journal, excluding=d.id).briefs if brief.began_at > d.began_at]


def _locked(ports: Ports, d: Deployment) -> Iterator[SetAside]:
    machines = touched_machines(d)
    held = held_by_others(ports, d, machines)
    if held:
        free = {
            machine: host
            for machine, host in machines.items()
            if machine not in {lock.machine for lock in held}
        }
        ports.locks.take(d.id, free, d.by)
    for holder in dict.fromkeys(lock.deployment for lock in held):
        hosts = tuple(machines[lock.machine] for lock in held if lock.deployment == holder)
        yield SetAside(code="locked", deployment=holder, hosts=hosts)


def _readable(journal: Journal, names: Iterable[str]) -> Iterator[Deployment]:
    for name in names:
        try:
            yield folded(journal, name)
        except (NotFound, StoreFault):
            continue
