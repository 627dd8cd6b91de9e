"""What a practice works with: the ports, the journal, and the deployment's present state."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.left_process import ProcessSearch
from orchestrator.domain.plan.target import Target
from orchestrator.engine.journal_writer import JournalWriter
from orchestrator.engine.lookup.visit_ground import hosts_of
from orchestrator.engine.ports import DriverClaim, Ports, Targets
from orchestrator.engine.project_folder import folder


@dataclass
class DriveContext:
    """The context of one driver of one deployment; `begun`: the attempts that this process started or adopted.

    `fresh`: this process has just checked the plan that it deploys. `connections`: open between practices, if any.
    `handed_over`: moments of the communication plan whose messages another process sends. `claim`: the right to drive.
    """

    ports: Ports
    journal: JournalWriter
    begun: set[str] = field(default_factory=set)
    connections: Targets | None = None
    fresh: bool = False
    handed_over: int = 0
    claim: DriverClaim | None = None

    def confirm_claim(self) -> None:
        """Return only while this process may act on the deployment. Raises Conflict, StoreFault."""
        if self.claim is not None:
            self.claim.confirm()

    @property
    def deployment(self) -> Deployment:
        """The deployment after the last event that this driver has read."""
        return self.journal.deployment

    @property
    def project(self) -> Path:
        """The directory that the plan's paths are relative to."""
        return folder(self.deployment.workplace)

    @property
    def hosts(self) -> Targets:
        """The port for the hosts of this deployment, without connections that stay."""
        return hosts_of(self.ports, self.deployment)

    def lasting_connections(self, search: ProcessSearch | None = None, *, hand_on: bool = False) -> Targets:
        """Targets whose connections stay open across practices, until `close_connections`.

        `search`: what the first question to each host looks for too, if they are opened here; `hand_on`: the next deploy
        may go by their logins.
        """
        if self.connections is None:
            self.connections = self.hosts.stay(search, hand_on=hand_on)
        return self.connections

    def close_connections(self) -> None:
        """Close the lasting connections."""
        if self.connections is not None:
            self.connections.close()
            self.connections = None

    def targets(self, hosts: Iterable[str]) -> list[Target]:
        """The targets with these names, in this order."""
        by_name = {target.host: target for target in self.deployment.targets}
        return [by_name[host] for host in hosts]
