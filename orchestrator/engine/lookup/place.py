"""Gathers what is known of a deployment's environment and machines: files, pinned keys, and earlier deployments."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.brief import Brief, bound_marks
from orchestrator.domain.journal.events import HOUSE, EnvironmentLeft, Recorded
from orchestrator.domain.plan.machines import marks_of
from orchestrator.domain.plan.target import Identity, Target
from orchestrator.domain.rules.environment import LIVE, EnvironmentFile
from orchestrator.engine.lookup.disposed import disposed
from orchestrator.engine.lookup.snapshots import folded
from orchestrator.engine.lookup.unreadable import machine_traces
from orchestrator.engine.ports import Journal, Ports
from orchestrator.engine.project_folder import folder
from orchestrator.policy.authority.known_machines import DeployedThere, MachineSeen, Place
from orchestrator.policy.calendar.bookings import own_machines


def place_of(
    ports: Ports,
    d: Deployment,
    others: Sequence[Brief] | None,
    identities: Mapping[str, Identity] | None = None,
) -> Place:
    """What is known of this deployment's environment and machines; `identities` are what its hosts just answered.
    `others`: all other deployments, or None where what they say of machines is not asked.

    Raises PlanFault for faulty files, StoreFault.
    """
    files = ports.authority.environments(folder(d.project))
    history: tuple[DeployedThere, ...] = ()
    if others is not None:
        hidden = _hidden(ports.journal, d, others, files)
        history = (*deployed_there(ports.journal, others, files), *hidden, *_disposed_there(ports.journal))
    return Place(
        files=files,
        seen=_seen(ports, d, identities or {}) if files or history else (),
        history=history,
        recorded=d.authority.environment,
    )


def known_to_files(ports: Ports, d: Deployment) -> Place:
    """What files say of environments, with nothing of machines: which freezes bind. Raises PlanFault for faulty files."""
    return Place(files=ports.authority.environments(folder(d.project)), recorded=d.authority.environment)


def by_files(ports: Ports, files: tuple[EnvironmentFile, ...], targets: Sequence[Target]) -> Place:
    """What files alone say of these hosts: a check of a plan opens no store."""
    pinned = ports.targets.pinned(targets) if files else {}
    return Place(
        files=files,
        seen=tuple(seen_of(t, host_keys=pinned.get(t.host, ())) for t in targets) if files else (),
    )


def seen_of(target: Target, *, machine_id: str = "", host_keys: Iterable[str] = ()) -> MachineSeen:
    """A host as one that files and records may know."""
    keys = tuple(host_keys)
    return MachineSeen(
        target.host, target.address, marks_of([machine_id], keys), machine_id or next(iter(keys), "")
    )


def _seen(ports: Ports, d: Deployment, identities: Mapping[str, Identity]) -> tuple[MachineSeen, ...]:
    pinned, own = ports.targets.pinned(d.targets), own_machines(d)
    shown = d.preparation.host_keys

    def seen(target: Target) -> MachineSeen:
        host, answered = target.host, identities.get(target.host)
        keys = [*pinned.get(host, ()), shown.get(host, "")]
        if answered is None:
            return seen_of(target, machine_id=own.get(host, ""), host_keys=filter(None, keys))
        return seen_of(
            target, machine_id=answered.machine_id, host_keys=filter(None, [answered.host_key_sha256, *keys])
        )

    return tuple(map(seen, d.targets))


def _hidden(
    journal: Journal, d: Deployment, others: Sequence[Brief], files: Sequence[EnvironmentFile]
) -> Iterator[DeployedThere]:
    """The same of deployments that cannot be read: none of them may hide a live machine."""
    live = {file.noun.environment for file in files if file.noun.live}
    readable = {d.id, *(other.id for other in others)}
    for name in journal.deployments():
        traces = machine_traces(journal, name) if name not in readable else None
        if traces is None or not traces.marks:
            continue
        is_live = traces.live or traces.environment in live
        if is_live or traces.named:
            yield DeployedThere(traces.environment or LIVE, name, is_live, traces.marks, damaged=True)


def deployed_there(
    journal: Journal, others: Sequence[Brief], files: Sequence[EnvironmentFile] = ()
) -> Iterator[DeployedThere]:
    """What deployments say of machines, newest first: those to a live environment, or to one that their policy names.

    A machine that a person released since is left out.
    """
    live = {file.noun.environment for file in files if file.noun.live}
    released = [record for record in journal.read(HOUSE) if isinstance(record.event, EnvironmentLeft)]
    for other in others:
        recorded = other.environment_class == LIVE
        is_live = recorded or other.environment in live
        if not is_live and not other.named_by_policy:
            continue
        marks = other.machines
        if not (recorded or other.named_by_policy):
            # It was deployed before a file called its environment live, so its brief has no machines.
            marks = bound_marks(folded(journal, other.id))
        kept = frozenset(marks) - _released_since(released, other.began_at)
        if kept:
            yield DeployedThere(
                environment=other.environment,
                deployment=other.id,
                live=is_live,
                marks=kept,
                policy=other.policy if other.named_by_policy else None,
                recorded=recorded,
            )


def _disposed_there(journal: Journal) -> Iterator[DeployedThere]:
    """The same of deployments whose records were disposed of: their machines are governed as before."""
    released = [record for record in journal.read(HOUSE) if isinstance(record.event, EnvironmentLeft)]
    for name, disposal in disposed(journal).items():
        begun = disposal.begun
        kept = frozenset(begun.machines) - _released_since(released, begun.began)
        if kept:
            policy = begun.policy if begun.named else None
            yield DeployedThere(begun.environment, name, begun.live, kept, policy, recorded=begun.live)


def _released_since(released: Iterable[Recorded], began: datetime) -> frozenset[str]:
    marks = frozenset[str]()
    for record in released:
        event = record.event
        if isinstance(event, EnvironmentLeft) and record.at > began:
            marks |= marks_of(event.machine_ids, event.host_keys)
    return marks
