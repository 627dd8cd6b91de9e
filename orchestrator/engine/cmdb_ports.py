"""The ports of the CMDB: its own store, and CMDBs outside. Their docstrings are their contracts."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import NamedTuple

from orchestrator.domain.cmdb.facts import CiKind, CmdbUpdate
from orchestrator.domain.cmdb.outside import (
    HostsOutside,
    HostState,
    OutsidePlace,
    OutsideTry,
    SilentOutside,
    ToldOutside,
)


class EndOnRecord(NamedTuple):
    """The end of a deployment that touched hosts: the event `seq` of its journal."""

    deployment: str
    seq: int


class CmdbStore(ABC):
    """What deployments proved of configuration items; it follows from the journals, and is written with their events."""

    @abstractmethod
    def updates(self, *, kind: CiKind | None = None) -> Sequence[CmdbUpdate]:
        """Every update that is stored, by deployment and number; with a `kind`, with the facts of its items alone.

        Raises StoreFault.
        """

    @abstractmethod
    def lacking(self) -> Sequence[EndOnRecord]:
        """Ends on the journals that no update is stored of, as in a store of an earlier version. Raises StoreFault."""

    @abstractmethod
    def add(self, updates: Sequence[CmdbUpdate]) -> None:
        """Store these; those that are stored already stay as they are. One transaction. Raises StoreFault."""

    @abstractmethod
    def replace(self, updates: Sequence[CmdbUpdate]) -> None:
        """Store these in the place of all that are stored. One transaction. Raises StoreFault."""

    @abstractmethod
    def tries(self) -> Sequence[OutsideTry]:
        """The last try of each CMDB outside for each end. Raises StoreFault."""

    @abstractmethod
    def note(self, tries: Sequence[OutsideTry]) -> None:
        """Store these in the place of earlier ones for the same. One transaction. Raises StoreFault."""


class OutsideCmdbs(ABC):
    """The CMDBs outside, by name. None of them stops or delays a deployment."""

    @abstractmethod
    def known(self) -> Sequence[OutsidePlace]:
        """All of them, in the order of their file; none without one. Raises PlanFault."""

    @abstractmethod
    def tell(self, name: str, states: Sequence[HostState]) -> ToldOutside | SilentOutside:
        """Have it know these hosts as they are now; telling the same again changes nothing there. Raises nothing.

        It returns in time: one that hangs is silent.
        """

    @abstractmethod
    def hosts(self, name: str) -> HostsOutside | SilentOutside:
        """The hosts that it has. Raises nothing, and returns in time."""

    @abstractmethod
    def begin(self) -> None:
        """Have what is owed delivered by another process, if there is any CMDB outside. Returns at once; raises nothing."""


class NoOutsideCmdbs(OutsideCmdbs):
    """There is none."""

    def known(self) -> Sequence[OutsidePlace]:
        """See the port."""
        return ()

    def tell(self, name: str, states: Sequence[HostState]) -> ToldOutside | SilentOutside:
        """See the port."""
        return SilentOutside("lacking", f"there is no CMDB {name} here")

    def hosts(self, name: str) -> HostsOutside | SilentOutside:
        """See the port."""
        return SilentOutside("lacking", f"there is no CMDB {name} here")

    def begin(self) -> None:
        """See the port."""


class NoCmdbStore(CmdbStore):
    """There is no store here."""

    def updates(self, *, kind: CiKind | None = None) -> Sequence[CmdbUpdate]:
        """See the port."""
        return ()

    def lacking(self) -> Sequence[EndOnRecord]:
        """See the port."""
        return ()

    def add(self, updates: Sequence[CmdbUpdate]) -> None:
        """See the port."""

    def replace(self, updates: Sequence[CmdbUpdate]) -> None:
        """See the port."""

    def tries(self) -> Sequence[OutsideTry]:
        """See the port."""
        return ()

    def note(self, tries: Sequence[OutsideTry]) -> None:
        """See the port."""
