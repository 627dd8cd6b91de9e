"""Audits configuration records: what hosts hold now, against what deployments and people have put on record.

The visit only reads: it takes no lock, leaves no epoch and starts no deployment.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from orchestrator.domain.evidence.cmdb_audit import HostAudit
from orchestrator.domain.journal.events import HOUSE, CmdbAuditBegan, CmdbAudited
from orchestrator.domain.plan.target import Target
from orchestrator.engine.house_journal import append_to_house
from orchestrator.engine.lookup.recorded_machines import InHand, Records, in_hand
from orchestrator.engine.ports import DriverClaim, Ports
from orchestrator.engine.use_cases.audit_inventories import (
    InventoriesNow,
    inventories_now,
    learn_vaulted,
)
from orchestrator.engine.use_cases.audit_visit import Visit, visit
from orchestrator.errors import Conflict, NotFound, Refused, StoreFault
from orchestrator.policy.evidence.audit_comparison import AcceptedItem, item_of
from orchestrator.policy.evidence.audit_history import Audit, AuditHistory, history_of
from orchestrator.policy.evidence.audit_results import (
    bounded_results,
    condensed_results,
    result_of_visit,
    unknown_hosts,
)
from orchestrator.policy.evidence.recorded_state import RecordedMachine

CLAIM = "orch.cmdb-audit"
"""Held while an audit runs, so that one that was broken off can be told from one that is under way."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which machines on record are audited: those of these environments and of these names; an empty choice is all."""

    environments: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()


def audit(ports: Ports, asked: Asked, *, by: str, timer: bool = False) -> Audit:
    """Audit the machines, and put the results on the journal of the house. Returns the audit.

    Raises Refused where no host is on record, NotFound for a name that none has, Conflict while another audit runs.
    """
    with _alone(ports):
        began = ports.clock.now()
        records = Records(ports.journal)
        history = history_of(ports.journal.read(HOUSE))
        chosen = chosen_of(records.machines, asked)
        name = _name(history, began)
        environments = tuple(dict.fromkeys(machine.newest.environment for machine in chosen))
        append_to_house(
            ports.journal,
            CmdbAuditBegan(
                audit=name,
                environments=environments,
                hosts=tuple(machine.host for machine in chosen),
                whole=not asked.hosts,
                timer=timer,
                by=by,
            ),
        )
        results, remarks = _results(ports, records, history, chosen, began, whole=not asked.hosts)
        others, as_recorded = condensed_results(results)
        append_to_house(
            ports.journal,
            CmdbAudited(audit=name, hosts=others, as_recorded=as_recorded, remarks=remarks),
        )
    return history_of(ports.journal.read(HOUSE)).audits[name]


def chosen_of(machines: Sequence[RecordedMachine], asked: Asked) -> tuple[RecordedMachine, ...]:
    """The machines that are asked for; never none. Raises NotFound, Refused."""
    if not machines:
        raise Refused(
            "No host is on record: an audit compares hosts with what deployments have proved of them. "
            "orch list shows what was deployed."
        )
    _refuse_unknown("environment", asked.environments, {each.newest.environment for each in machines})
    there = [
        each for each in machines if not asked.environments or each.newest.environment in asked.environments
    ]
    _refuse_unknown("host", asked.hosts, {each.host for each in there})
    return tuple(each for each in there if not asked.hosts or each.host in asked.hosts)


def under_way(ports: Ports) -> bool:
    """Whether an audit runs now, on any machine of this store."""
    try:
        with ports.journal.drive_alone(CLAIM):
            return False
    except Conflict:
        return True


def _refuse_unknown(what: str, asked: Sequence[str], known: Collection[str]) -> None:
    unknown = [name for name in asked if name not in known]
    if unknown:
        raise NotFound(
            f"No deployment on record touched {what} {', '.join(unknown)}; on record are {', '.join(sorted(known))}."
        )


def _alone(ports: Ports) -> DriverClaim:
    try:
        return ports.journal.drive_alone(CLAIM)
    except Conflict as held:
        raise Conflict("Another audit is under way; orch cmdb audits shows it when it is over.") from held


def _name(history: AuditHistory, at: datetime) -> str:
    name = f"audit-{at:%Y%m%d-%H%M%S}"
    return next(
        each
        for number in range(1, len(history.audits) + 2)
        for each in [name if number == 1 else f"{name}-{number}"]
        if each not in history.audits
    )


def _results(
    ports: Ports,
    records: Records,
    history: AuditHistory,
    chosen: Sequence[RecordedMachine],
    began: datetime,
    *,
    whole: bool,
) -> tuple[tuple[HostAudit, ...], tuple[str, ...]]:
    newest = [records.deployments[machine.newest.deployment] for machine in chosen]
    inventories = inventories_now(ports, newest)
    no_vault = learn_vaulted(ports, records, chosen)
    busy = in_hand(ports, began)
    visits: list[Visit] = []
    results: list[HostAudit] = []
    for machine in chosen:
        reason = _not_visited(machine, inventories, no_vault, busy)
        if reason is not None:
            results.append(reason)
        else:
            target = _target(machine, inventories)
            visits.append(Visit(machine, target, _accepted(ports, history, machine)))
    seen = visit(ports, visits)
    busy = in_hand(ports, began)
    for each in visits:
        held = busy.machines.get(each.machine.machine_id)
        results.append(_in_deployment(each.machine, held) if held else seen[each.machine.machine_id])
    if whole:
        results += _unknown(records, inventories, busy)
    return bounded_results(results), tuple(_remarks(records, inventories))


def _not_visited(
    machine: RecordedMachine,
    inventories: InventoriesNow,
    no_vault: Mapping[str, str],
    busy: InHand,
) -> HostAudit | None:
    """The result of a host that is not visited."""
    held = busy.machines.get(machine.machine_id)
    if held:
        return _in_deployment(machine, held)
    environment = machine.newest.environment
    if inventories.readable(environment) and machine.host not in inventories.names(environment):
        reason = (
            f"{machine.newest.deployment} deployed to it, and the inventory of {environment} has it no more"
        )
        return result_of_visit(machine, "not_in_inventory", reason)
    if not machine.proved:
        reason = f"{machine.newest.deployment} touched it and proved no state of it"
        return result_of_visit(machine, "not_audited", reason)
    unknown = next(
        (no_vault[state.deployment] for state in machine.proved if state.deployment in no_vault), None
    )
    if unknown is not None:
        return result_of_visit(machine, "not_audited", f"the vaulted values are not known: {unknown}")
    return None


def _in_deployment(machine: RecordedMachine, deployment: str) -> HostAudit:
    return result_of_visit(machine, "in_deployment", f"{deployment} has it in hand")


def _target(machine: RecordedMachine, inventories: InventoriesNow) -> Target:
    """How the host is reached: as the inventory says now, else as the newest deployment knew it."""
    target = inventories.targets.get((machine.newest.place, machine.host), machine.newest.target)
    return target.model_copy(update={"groups": ()})


def _accepted(
    ports: Ports, history: AuditHistory, machine: RecordedMachine
) -> dict[tuple[str, str], AcceptedItem]:
    """What people accepted of it. Where the capture that they accepted is gone, the recorded value counts again."""
    items: dict[tuple[str, str], AcceptedItem] = {}
    for key, each in history.accepted_of(machine.machine_id).items():
        try:
            capture = ports.baselines.get(each.word.capture)
        except (NotFound, StoreFault):
            continue
        items[key] = AcceptedItem(each.at, each.word.by, item_of(capture, *key))
    return items


def _unknown(records: Records, inventories: InventoriesNow, busy: InHand) -> Iterator[HostAudit]:
    """Hosts of the inventories that no deployment touched, or that the first one has in hand."""
    known = {(place, machine.host) for machine in records.machines for place in _places(machine)}
    named: set[tuple[str, str]] = set()
    for place, hosts in sorted(inventories.hosts.items()):
        environment, names = place[0], dict[str, str | None]()
        for name in sorted(hosts):
            on_record = ((environment,), name) in known or (place[1:], name) in known
            if not on_record and (environment, name) not in named:
                names[name] = busy.hosts.get((environment, name))
        named |= {(environment, name) for name in names}
        yield from unknown_hosts(names, environment)


def _places(machine: RecordedMachine) -> Iterator[tuple[str, ...]]:
    """Where its name is known: in its environment, and in its inventory, which other environments may share."""
    environment, project, inventory = machine.newest.place
    yield (environment,)
    yield (project, inventory)


def _remarks(records: Records, inventories: InventoriesNow) -> Iterator[str]:
    for (environment, project, inventory), fault in inventories.faults.items():
        yield f"the inventory {inventory} of {environment} in {project} could not be read: {fault}"
    for name, fault in records.unreadable.items():
        yield f"{name} cannot be read, so what it recorded is compared with nothing: {fault}"
