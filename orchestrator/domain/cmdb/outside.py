"""CMDBs outside of orch: what they are told of hosts, and what came of it."""

from datetime import datetime
from typing import Literal, NamedTuple

from orchestrator.domain.cmdb.ci import Ci
from orchestrator.domain.cmdb.row import CiRow

OutsideKind = Literal["netbox", "servicenow"]
OutsideCode = Literal["late", "unreachable", "refused", "busy", "trouble", "rejected", "nonsense", "lacking"]
"""Why a CMDB outside gave no answer that can be used. `refused`: the credentials; `rejected`: what it was told."""


class OutsidePlace(NamedTuple):
    """A CMDB outside. It is told of deployments to `environments`, or to any where it names none."""

    name: str
    kind: OutsideKind
    url: str
    environments: tuple[str, ...] = ()

    def wants(self, environment: str) -> bool:
        """Whether it is told of deployments to this environment."""
        return not self.environments or environment in self.environments


class HostState(NamedTuple):
    """A host with the release units on it, as they are known now."""

    host: Ci
    units: tuple[Ci, ...]


class ToldOutside(NamedTuple):
    """What a CMDB outside took: hosts that it has, how many of them it had otherwise, and the names of those it has not."""

    known: int
    changed: int
    missing: tuple[str, ...] = ()


class SilentOutside(NamedTuple):
    """It gave no answer that can be used; `wait`: seconds for which it asked to be left alone."""

    code: OutsideCode
    detail: str
    wait: float = 0.0


class HostsOutside(NamedTuple):
    """The hosts that it has, as rows, and how many of its entries are none that orch can name."""

    rows: tuple[CiRow, ...]
    unnamed: int = 0


class OutsideTry(NamedTuple):
    """The last try to tell a CMDB of one end of a deployment; without `code` it was told."""

    outside: str
    deployment: str
    seq: int
    at: datetime
    tries: int
    code: OutsideCode | None = None
    detail: str = ""
    wait: float = 0.0
