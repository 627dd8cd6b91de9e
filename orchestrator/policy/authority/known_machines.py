"""What is known of environments and their machines: from files, and from what was deployed where (docs/adr/0067)."""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Literal

from orchestrator.domain.plan.machines import marks_of
from orchestrator.domain.rules.environment import Environment, EnvironmentFile, KnownMachine

Source = Literal["house", "project", "history"]


@dataclass(frozen=True, slots=True)
class MachineSeen:
    """A host of a plan: its names, and what identifies the machine behind it as far as that is known (marks_of).

    `named`: how a person names the machine in a command.
    """

    host: str
    address: str
    marks: frozenset[str] = frozenset()
    named: str = ""


@dataclass(frozen=True, slots=True)
class DeployedThere:
    """What an earlier deployment says of its machines: their environment, whether that is live, and its policy.

    `recorded`: a file said that the environment was live when the deployment was planned. `damaged`: it
    cannot be read as a whole.
    """

    environment: str
    deployment: str
    live: bool
    marks: frozenset[str]
    policy: str | None = None
    recorded: bool = False
    damaged: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """A host whose machine is known as one of an environment. `where`: the file or the deployment that says so."""

    seen: MachineSeen
    environment: str
    live: bool
    source: Source
    where: str
    policy: str | None = None
    damaged: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """The environments that files know, the machines of a plan, and what earlier deployments say of machines.

    `recorded` is the plan's environment as it was known when the deployment was planned.
    """

    files: tuple[EnvironmentFile, ...] = ()
    seen: tuple[MachineSeen, ...] = ()
    history: tuple[DeployedThere, ...] = ()
    recorded: Environment | None = None

    def file_of(self, environment: str) -> EnvironmentFile | None:
        """The file that knows an environment of exactly this name; that of the house where it has one."""
        files = [file for file in self.files if file.noun.environment == environment]
        return next((file for file in files if file.house), next(iter(files), None))

    def binding(self, environment: str) -> Environment | None:
        """The environment as its file says now; else as it was recorded, so that a lost file lifts no freeze."""
        file = self.file_of(environment)
        if file is not None:
            return file.noun
        recorded = self.recorded
        return recorded if recorded is not None and recorded.environment == environment else None

    def unknown(self, environment: str) -> bool:
        """Whether files know environments, and none this one."""
        return bool(self.files) and self.file_of(environment) is None

    def levels(self, seen: MachineSeen) -> tuple[tuple[Member, ...], ...]:
        """What is known of a machine, by source; a plan must agree with each.

        A file of the house settles it. Where it has none, what was deployed there and the project's files both count: a
        project adds knowledge, and takes none away.
        """
        house = tuple(self._by_files(seen, house=True))
        if house:
            return (house,)
        known = (tuple(self._by_history(seen)), tuple(self._by_files(seen, house=False)))
        return tuple(level for level in known if level)

    def _by_files(self, seen: MachineSeen, *, house: bool) -> Iterator[Member]:
        for file in self.files:
            noun = file.noun
            # Any file of the house may say by identity what a machine is; else only live ones bind their machines.
            if file.house is house and any(
                is_machine(machine, seen) if noun.live else house and _identifies(machine, seen)
                for machine in noun.machines
            ):
                yield Member(seen, noun.environment, noun.live, "house" if house else "project", file.file)

    def _by_history(self, seen: MachineSeen) -> Iterator[Member]:
        for there in self.history:
            if seen.marks & there.marks:
                yield Member(
                    seen,
                    there.environment,
                    there.live,
                    "history",
                    there.deployment,
                    there.policy,
                    there.damaged,
                )


def is_machine(machine: KnownMachine, seen: MachineSeen) -> bool:
    """Whether this is the machine of a file, by its name, its address or its identity."""
    return _identifies(machine, seen) or _has_name(machine.host, seen) or _has_address(machine.address, seen)


def _identifies(machine: KnownMachine, seen: MachineSeen) -> bool:
    return bool(marks_of([machine.machine_id or ""], [machine.host_key or ""]) & seen.marks)


def _has_name(pattern: str | None, seen: MachineSeen) -> bool:
    if pattern is None:
        return False
    return any(fnmatchcase(name.casefold(), pattern.casefold()) for name in (seen.host, seen.address))


def _has_address(address: str | None, seen: MachineSeen) -> bool:
    if address is None:
        return False
    if address.casefold().rstrip(".") == seen.address.casefold().rstrip("."):
        return True
    try:
        there = ip_address(seen.address)
        mapped = there.ipv4_mapped if isinstance(there, IPv6Address) else None
        return (mapped or there) in ip_network(address)
    except ValueError:
        return False
