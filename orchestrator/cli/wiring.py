"""The ports of a command: those of the composition root, or those that the caller of the command line supplies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from orchestrator import bootstrap
from orchestrator.bootstrap.house import HOUSE_FILE, House, house_of

if TYPE_CHECKING:
    from pathlib import Path

    from orchestrator.engine.ports import Drivers, Ports


class Wiring:
    """Where ports come from: real hosts, real Ansible and the store of this home. Each may raise StoreFault."""

    house_file = HOUSE_FILE
    """The file that names the house."""

    def ports(self) -> Ports:
        """All ports, loaded at once."""
        return bootstrap.ports(house_file=self.house_file)

    def ports_to_look(self) -> Ports:
        """All ports, each loaded when it is first used."""
        return bootstrap.ports_to_look(house_file=self.house_file)

    def ports_to_check(self) -> Ports:
        """All ports, for a check of a plan: no store is opened."""
        return bootstrap.ports_to_check(house_file=self.house_file)

    def ports_to_start(self, plan: Path) -> Ports:
        """All ports, for a deployment of this plan that starts now."""
        return bootstrap.ports_to_start(plan, house_file=self.house_file)

    def drivers(self) -> Drivers:
        """Drivers that run as separate processes."""
        return bootstrap.drivers()


def ports() -> Ports:
    """All ports of the present command."""
    return _wiring().ports()


def ports_to_look() -> Ports:
    """The ports of a command that reads, or that records a decision."""
    return _wiring().ports_to_look()


def ports_to_check() -> Ports:
    """The ports of a command that checks a plan."""
    return _wiring().ports_to_check()


def ports_to_start(plan: Path) -> Ports:
    """The ports of a command that starts a deployment of this plan."""
    return _wiring().ports_to_start(plan)


def house() -> House:
    """Where the house of the present command is. Raises PlanFault."""
    return house_of(bootstrap.home_of(), _wiring().house_file)


def drivers() -> Drivers:
    """The drivers of the present command."""
    return _wiring().drivers()


def _wiring() -> Wiring:
    context = click.get_current_context(silent=True)
    return (context and context.find_object(Wiring)) or Wiring()
