"""The Python interface of a lab."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from orchestrator.lab import names
from orchestrator.lab.errors import LabError, LabUsage, NoSuchLab
from orchestrator.lab.hosts import build, faults, host, sweep
from orchestrator.lab.hosts.sighting import HostSighting, seen
from orchestrator.lab.kernel import cgroups, mounts, network
from orchestrator.lab.kernel.locks import held
from orchestrator.lab.needs import check_machine
from orchestrator.lab.options import NOTHING_ASKED, Asked, checked
from orchestrator.lab.paths import LabPaths, lab_paths
from orchestrator.lab.roots.base import sweep_unfinished_base
from orchestrator.lab.shell import Finished, attempt
from orchestrator.lab.state import HostKind, LabHost, LabState, read_state

_AT_ONCE = 16

FAULTS = ("cut", "hang", "freeze", "fill", "kill", "start", "heal")


def _silent(_: str) -> None:
    return None


class Lab:
    """A lab on this machine."""

    def __init__(self, state: LabState) -> None:
        self.state = state
        self.name = state.name
        self._paths = lab_paths(state.name)

    @classmethod
    def up(
        cls,
        name: str,
        hosts: int = 6,
        *,
        light: bool = False,
        asked: Asked = NOTHING_ASKED,
        inventory_dir: Path | None = None,
        say: Callable[[str], None] = _silent,
    ) -> Lab:
        """Make the lab, or complete an existing one; returns when sshd answers on every host."""
        names.checked_lab_name(name)
        names.checked_host_count(hosts)
        checked(asked)
        check_machine()
        kind: HostKind = "light" if light else "full"
        with held(f"lab.{name}", waiting=lambda: say(f"another command works on lab {name}; waiting for it")):
            return cls(build.build(name, names.host_names(hosts), kind, asked, inventory_dir, say))

    @classmethod
    def find(cls, name: str) -> Lab:
        """The lab of that name; raises NoSuchLab when there is none."""
        names.checked_lab_name(name)
        check_machine()
        state = read_state(lab_paths(name).state)
        if state is None:
            others = ", ".join(sweep.labs_with_traces()) or "none"
            raise NoSuchLab(
                f"There is no lab {name!r} (labs here: {others}); `orch lab up --name {name}` makes it."
            )
        return cls(state)

    def down(self) -> None:
        """Remove the whole lab; a second call does no harm."""
        take_down(self.name)

    @property
    def hosts(self) -> tuple[LabHost, ...]:
        """The lab's hosts with their addresses, jump hosts left out."""
        return self.state.hosts

    @property
    def key(self) -> Path:
        """Private key of the user who logs in."""
        return self._paths.key

    @property
    def known_hosts(self) -> Path:
        """The pinned host keys."""
        return self._paths.known_hosts

    @property
    def inventory(self) -> Path:
        """The generated Ansible inventory."""
        return self._paths.inventory

    @property
    def ssh_config(self) -> Path:
        """The configuration for `ssh -F`, with every host by name."""
        return self._paths.ssh_config

    @property
    def paths(self) -> LabPaths:
        """The paths of the lab's files."""
        return self._paths

    def host(self, name: str) -> LabHost:
        """The host or jump host of that name; raises NoSuchLab when the lab has none."""
        lab_host = self.state.host(name)
        if lab_host is None:
            raise NoSuchLab(
                f"Lab {self.name} has no host {name!r}; it has {', '.join(h.name for h in self.state.everyone)}."
            )
        return lab_host

    def ssh_command(self, name: str, command: Sequence[str] = ()) -> list[str]:
        """The ssh program's arguments for that host."""
        return ["ssh", "-F", str(self.ssh_config), self.host(name).name, *command]

    def ssh(self, name: str, command: str, *, seconds: float = 30) -> Finished:
        """Run a shell command on the host as the user who logs in; code 255 is ssh's own failure, 124 the time limit."""
        return attempt(self.ssh_command(name, [command]), seconds=seconds)

    def fault(self, name: str, fault: str) -> None:
        """Inject one of FAULTS; returns when it is in force, and after `start` when sshd answers."""
        lab_host = self.host(name)
        if fault not in FAULTS:
            raise LabUsage(f"fault {fault!r}: expected one of {', '.join(FAULTS)}.")
        with held(f"lab.{self.name}"):
            _ACTS[fault](self, lab_host)

    def status(self, *, seconds: float = 2.0) -> list[HostSighting]:
        """The condition of every host and jump host; a host whose sshd stays silent for this long is not reachable."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return list(pool.map(lambda lab_host: self._seen(lab_host, seconds), self.state.everyone))

    def _seen(self, lab_host: LabHost, seconds: float) -> HostSighting:
        return seen(self.state, lab_host, self._paths.host(lab_host.name), seconds=seconds)


def take_down(name: str) -> None:
    """Remove everything of the lab of that name, recorded or not."""
    names.checked_lab_name(name)
    check_machine()
    sweep_unfinished_base()
    with held(f"lab.{name}"):
        try:
            state = read_state(lab_paths(name).state)
        except LabError:
            state = None
        sweep.sweep(name, state.inventory if state else None)


def _cut(lab: Lab, lab_host: LabHost) -> None:
    faults.apply_rules(lab.name, lab_host.name, faults.CUT)


def _hang(lab: Lab, lab_host: LabHost) -> None:
    faults.apply_rules(lab.name, lab_host.name, faults.HANG)


def _freeze(lab: Lab, lab_host: LabHost) -> None:
    _alive(lab, lab_host)
    cgroups.freeze(lab.name, lab_host.name, stand_still=True)


def _fill(lab: Lab, lab_host: LabHost) -> None:
    mounts.shrink_to_contents(lab.paths.host(lab_host.name).layer)


def _kill(lab: Lab, lab_host: LabHost) -> None:
    # Unplug first: after a power failure a machine closes no connections.
    network.unplug(lab.name, lab_host.name)
    cgroups.kill(lab.name, lab_host.name)


def _start(lab: Lab, lab_host: LabHost) -> None:
    if host.is_running(lab.name, lab_host.name):
        raise LabUsage(f"{lab_host.name} is running; kill it first, or heal it when it is cut off or hung.")
    build.boot(lab.state, [lab_host], lab.paths)
    if not faults.suffered(lab.name, lab_host.name):
        build.wait_for_ssh(lab.state, [lab_host], lab.paths)


def _heal(lab: Lab, lab_host: LabHost) -> None:
    faults.heal(lab.name, lab_host.name)
    mounts.resize(lab.paths.host(lab_host.name).layer, mebibytes=host.disk_mebibytes(lab.state, lab_host))
    if host.is_running(lab.name, lab_host.name):
        cgroups.freeze(lab.name, lab_host.name, stand_still=False)


def _alive(lab: Lab, lab_host: LabHost) -> None:
    if not host.is_running(lab.name, lab_host.name):
        raise LabUsage(f"{lab_host.name} is dead; `orch lab fault {lab_host.name} start` boots it.")


_ACTS: dict[str, Callable[[Lab, LabHost], None]] = {
    "cut": _cut,
    "hang": _hang,
    "freeze": _freeze,
    "fill": _fill,
    "kill": _kill,
    "start": _start,
    "heal": _heal,
}
