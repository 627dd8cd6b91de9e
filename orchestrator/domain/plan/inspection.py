"""What Ansible reports about an inventory and playbooks before anything runs."""

from collections.abc import Iterable
from typing import Literal

from orchestrator.domain.plan.target import Target
from orchestrator.domain.text.model_base import HostName, Many, Noun


class PlaySeen(Noun):
    """One play, with the hosts of the whole inventory that its pattern matches."""

    name: str
    line: int | None = None
    hosts: Many[HostName] = ()


class PlaybookSeen(Noun):
    """A playbook's plays, or in one line why it cannot be read (`fault`).

    `matches_no_host`: the fault is that a pattern of its plays matches no host of the inventory.
    """

    path: str
    fault: str | None = None
    matches_no_host: bool = False
    plays: Many[PlaySeen] = ()

    def uncovered(self, hosts: Iterable[str]) -> tuple[str, ...]:
        """The hosts that no play matches, in the order given."""
        covered = {host for play in self.plays for host in play.hosts}
        return tuple(host for host in hosts if host not in covered)


class FileFault(Noun):
    """A fault in a file of the project, such as a vaulted value that does not decrypt."""

    file: str
    line: int | None = None
    message: str
    next_move: str


class PlaybookFinding(Noun):
    """A construct that can end green without having worked, or wait for a person: refused, or a warning."""

    file: str
    line: int | None = None
    kind: str
    what: str
    severity: Literal["refuse", "warn"]
    next_move: str


class Inspection(Noun):
    """The result of an inspection. With any inventory fault there are no targets; playbooks keep the requested order.

    `inventory_ways`: sentences about proxies and programs by which the inventory leads Ansible to its hosts.
    """

    targets: Many[Target] = ()
    inventory_faults: Many[str] = ()
    inventory_ways: Many[str] = ()
    playbooks: Many[PlaybookSeen] = ()
    vault_faults: Many[FileFault] = ()
    settings_faults: Many[FileFault] = ()
    groups: dict[str, Many[HostName]] = {}
    no_acceleration: str | None = None
