"""Where the inventory leads to each host, as Ansible's own connections would read it; and which host a place belongs to."""

from __future__ import annotations

from typing import Any

from ansible import constants
from ansible.inventory.host import Host
from ansible.template import Templar

from orchestrator.adapters.ansible.in_run.host_variables import OVER_SSH, address_variables

# As the ssh connection resolves them: the last that is set counts.
_PORT = ("ansible_port", "ansible_ssh_port")
_MESSAGE_LIMIT = 600


class Places:
    """Where hosts are expected: known before any task could say otherwise, read as a play of orch's own reads it."""

    def __init__(self, play: Any, known: dict[str, str], delegates: list[str]) -> None:
        self._play = play
        self._inventory = play.get_variable_manager()._inventory
        self._expected = dict(known)
        for name in delegates:
            self.expected_at(name)

    def expected_at(self, name: str) -> str:
        """Where the inventory leads to a host; a name that it does not know is an address."""
        if name not in self._expected:
            self._expected[name] = reached_at(self._play, self._inventory.get_host(name) or Host(name))
        return self._expected[name]

    def name_of(self, place: str) -> str:
        """What the inventory calls a place; one that it does not know is its own name."""
        if place == "connection local":
            return "localhost"
        known = [
            host.name for host in self._inventory.get_hosts(ignore_limits=True, ignore_restrictions=True)
        ]
        names = [*self._expected, *known]
        return next((name for name in names if self.expected_at(name) == place), place)


def hosts_of(play: Any) -> list[Any]:
    """The hosts of the batch that a play is about to run on; of one with no hosts, none."""
    manager = play.get_variable_manager()
    inventory = getattr(manager, "_inventory", None)
    return inventory.get_hosts(play.hosts) if inventory is not None else []


def elsewhere(connection: str, address: str) -> str:
    """A place that ssh does not lead to; every name of this machine is one place."""
    return (
        f"connection {connection}" if connection == "local" else f"connection {connection} {address}".rstrip()
    )


def reached_at(play: Any, host: Any) -> str:
    """`address:port`, or the name of a connection that is not ssh."""
    manager = play.get_variable_manager()
    variables = manager.get_vars(play=play, host=host, include_hostvars=False)
    templar = Templar(loader=play._loader, variables=variables)

    def values_of(*names: str) -> list[str]:
        return [str(templar.template(variables[name])) for name in names if name in variables]

    try:
        connection = [play.connection or "ssh", *filter(None, values_of("ansible_connection"))][-1]
        address = [host.name, *values_of(*address_variables(connection))][-1]
        ports = values_of(*_PORT)
    except Exception as wrong:  # noqa: BLE001 - a template of the user's; where it leads is not known then
        return f"unknown ({wrong})"[:_MESSAGE_LIMIT]
    short = connection.rpartition(".")[2]
    if short not in OVER_SSH:
        return elsewhere(short, address)
    return f"{address}:{[str(play.port or constants.DEFAULT_REMOTE_PORT or 22), *ports][-1]}"
