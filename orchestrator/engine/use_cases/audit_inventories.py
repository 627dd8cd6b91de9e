"""What the inventories of deployments say now, and the values of their vaults, which no capture may be kept without."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.plan.target import Target
from orchestrator.engine.lookup.recorded_machines import Records
from orchestrator.engine.ports import Ports
from orchestrator.engine.project_folder import folder
from orchestrator.engine.redacted_ports import vaulted_values
from orchestrator.policy.evidence.recorded_state import RecordedMachine
from orchestrator.policy.planning.zones import inspected_in_zones

Place = tuple[str, str, str]
"""Environment, project and inventory."""


@dataclass(slots=True)
class InventoriesNow:
    """The hosts of each inventory that could be read, how they are reached, and why others could not be read."""

    hosts: dict[Place, frozenset[str]] = field(default_factory=dict)
    targets: dict[tuple[Place, str], Target] = field(default_factory=dict)
    faults: dict[Place, str] = field(default_factory=dict)

    def names(self, environment: str) -> frozenset[str]:
        """Every host that an inventory of this environment has."""
        return frozenset().union(*(hosts for place, hosts in self.hosts.items() if place[0] == environment))

    def readable(self, environment: str) -> bool:
        """Whether every inventory of this environment could be read: else nobody knows which host is gone."""
        places = [place for place in (*self.hosts, *self.faults) if place[0] == environment]
        return bool(places) and all(place in self.hosts for place in places)


def place_of(d: Deployment) -> Place:
    """Where a deployment has its hosts from."""
    return d.plan.resources.environment, d.project, d.plan.resources.inventory


def inventories_now(ports: Ports, newest: Iterable[Deployment]) -> InventoriesNow:
    """Read the inventory of each of these deployments once, as it is in its project now. Learns the vaulted values too."""
    known = InventoriesNow()
    for d in newest:
        place = place_of(d)
        if place in known.hosts or place in known.faults:
            continue
        inspection = inspected_in_zones(d.plan, ports.inspector.inspect(d.plan, folder(d.project)))
        if inspection.inventory_faults or not inspection.targets:
            known.faults[place] = next(iter(inspection.inventory_faults), "it has none of the plan's hosts")
            continue
        everyone = inspection.groups.get("all", tuple(target.host for target in inspection.targets))
        known.hosts[place] = frozenset(everyone)
        known.targets |= {(place, target.host): target for target in inspection.targets}
        if inspection.vaulted.unknown is None:
            ports.redaction.learn(inspection.vaulted)
    return known


def learn_vaulted(ports: Ports, records: Records, machines: Iterable[RecordedMachine]) -> dict[str, str]:
    """Learn the vaulted values of every deployment that these machines are compared with.

    Returns, by deployment, why they are not known; of its hosts nothing may then be kept.
    """
    unknown: dict[str, str] = {}
    asked: dict[object, str | None] = {}
    for name in dict.fromkeys(state.deployment for machine in machines for state in machine.proved):
        d = records.deployments[name]
        resources = d.plan.resources
        key = (d.project, resources.inventory, resources.vault_password_file, d.plan.playbooks)
        if key not in asked:
            vaulted = vaulted_values(ports, d, over=True)
            asked[key] = vaulted.unknown
            ports.redaction.learn(vaulted)
        reason = asked[key]
        if reason is not None:
            unknown[name] = reason
    return unknown
