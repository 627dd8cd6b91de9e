"""What a practice works with: the ports, the journal, and the deployment as it stands."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.plan.target import Target
from orchestrator.engine.journal_writer import JournalWriter
from orchestrator.engine.ports import Ports, Targets
from orchestrator.engine.project_folder import folder


@dataclass
class DriveContext:
    """One driver at work on one deployment; `begun` are the attempts that this process itself began.

    `fresh`: this process has just checked the plan that it deploys.
    """

    ports: Ports
    journal: JournalWriter
    begun: set[str] = field(default_factory=set)
    connections: Targets | None = None
    fresh: bool = False

    @property
    def deployment(self) -> Deployment:
        """The deployment as far as it is known."""
        return self.journal.deployment

    @property
    def project(self) -> Path:
        """The directory that the plan's paths are relative to."""
        return folder(self.deployment.workplace)

    def lasting_connections(self) -> Targets:
        """The hosts over connections that stay for the next practice too, until `part`."""
        if self.connections is None:
            self.connections = self.ports.targets.stay()
        return self.connections

    def close_connections(self) -> None:
        """End the connections that stayed."""
        if self.connections is not None:
            self.connections.close()
            self.connections = None

    def targets(self, hosts: Iterable[str]) -> list[Target]:
        """The targets of these names, in this order."""
        by_name = {target.host: target for target in self.deployment.targets}
        return [by_name[host] for host in hosts]
