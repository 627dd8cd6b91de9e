"""The intended state of a lab, written before anything is made, so that a killed `up` can be finished or undone."""

import os
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from orchestrator.lab.addresses import address, jump_address
from orchestrator.lab.errors import LabError
from orchestrator.lab.names import host_number, jump_names
from orchestrator.lab.options import LabOptions
from orchestrator.lab.pythons import LabPython

HostKind = Literal["full", "light"]


class LabHost(BaseModel):
    """One host of the lab. Full hosts boot systemd; light ones run only sshd."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    kind: HostKind
    address: IPv4Address


class LabState(BaseModel):
    """The intent of the latest `up`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    network: IPv4Network
    hosts: tuple[LabHost, ...]
    base: str
    inventory: Path | None = None
    options: LabOptions = LabOptions()
    before: tuple[IPv4Network, ...] = ()
    """The networks between the machine and the hosts' own, nearest first; each ends at a jump host."""
    jumps: tuple[LabHost, ...] = ()
    """The jump hosts, nearest first; their address is the one towards the machine."""
    pythons: tuple[LabPython, ...] = ()
    """The Pythons of the hosts, in turn by number; none is the host's own."""

    @property
    def networks(self) -> tuple[IPv4Network, ...]:
        """Every network of the lab, from the machine's to the hosts'."""
        return (*self.before, self.network)

    @property
    def everyone(self) -> tuple[LabHost, ...]:
        """Jump hosts and hosts."""
        return self.jumps + self.hosts

    def host(self, name: str) -> LabHost | None:
        """The host or jump host of that name, None when the lab has none."""
        return next((host for host in self.everyone if host.name == name), None)

    def python_of(self, host: LabHost) -> LabPython | None:
        """The host's Python from the machine, None where it has its own alone."""
        if not self.pythons or host in self.jumps:
            return None
        return self.pythons[(host_number(host.name) - 1) % len(self.pythons)]

    def way_to(self, host: LabHost) -> tuple[LabHost, ...]:
        """The jump hosts before the host, nearest first."""
        return self.jumps[: self.jumps.index(host)] if host in self.jumps else self.jumps


def with_jumps(state: LabState, kind: HostKind) -> LabState:
    """The lab with the jump hosts of its options; those that are there stay."""
    known = {jump.name for jump in state.jumps}
    added = tuple(
        LabHost(name=name, kind=kind, address=jump_address(near))
        for name, near in zip(jump_names(state.options.jumps), state.before, strict=True)
        if name not in known
    )
    return state.model_copy(update={"jumps": state.jumps + added})


def grown(state: LabState, names: list[str], kind: HostKind) -> LabState:
    """The lab with the missing hosts added; existing hosts keep their kind and address."""
    known = {host.name for host in state.hosts}
    added = tuple(
        LabHost(name=name, kind=kind, address=address(state.network, name))
        for name in names
        if name not in known
    )
    return state.model_copy(update={"hosts": state.hosts + added})


def read_state(path: Path) -> LabState | None:
    """The recorded intent, or None. Raises LabError when the file is not one of ours."""
    try:
        return LabState.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError as fault:
        raise LabError(
            f"{path}: not a lab record ({fault.error_count()} faults); `orch lab down` removes it."
        ) from fault


class _Networks(BaseModel):
    """What any orch's record of a lab says of its networks."""

    network: IPv4Network
    before: tuple[IPv4Network, ...] = ()


def networks_in(path: Path) -> tuple[IPv4Network, ...]:
    """The networks of a lab that another orch, older or newer, may have made. Raises LabError when none can be read."""
    try:
        named = _Networks.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return ()
    except ValidationError as fault:
        raise LabError(
            f"{path}: not a lab record; `orch lab down --name {path.parent.name}` removes it."
        ) from fault
    return (*named.before, named.network)


def write_state(path: Path, state: LabState) -> None:
    """Write the state, whole or not at all."""
    beside = path.with_suffix(".new")
    with beside.open("w") as file:
        # An orch that does not know an option can still read the labs that do without it.
        file.write(state.model_dump_json(indent=2, exclude_defaults=True))
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
