"""The port of the CMDB's own store. Its docstrings are its contract."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import NamedTuple

from orchestrator.domain.cmdb.facts import CmdbUpdate


class EndOnRecord(NamedTuple):
    """The end of a deployment that touched hosts: the event `seq` of its journal."""

    deployment: str
    seq: int


class CmdbStore(ABC):
    """What deployments proved of configuration items; it follows from the journals, and is written with their events."""

    @abstractmethod
    def updates(self) -> Sequence[CmdbUpdate]:
        """Every update that is stored, by deployment and number. Raises StoreFault."""

    @abstractmethod
    def lacking(self) -> Sequence[EndOnRecord]:
        """Ends on the journals that no update is stored of, as in a store of an earlier version. Raises StoreFault."""

    @abstractmethod
    def add(self, updates: Sequence[CmdbUpdate]) -> None:
        """Store these; those that are stored already stay as they are. One transaction. Raises StoreFault."""

    @abstractmethod
    def replace(self, updates: Sequence[CmdbUpdate]) -> None:
        """Store these in the place of all that are stored. One transaction. Raises StoreFault."""


class NoCmdbStore(CmdbStore):
    """There is no store here."""

    def updates(self) -> Sequence[CmdbUpdate]:
        """See the port."""
        return ()

    def lacking(self) -> Sequence[EndOnRecord]:
        """See the port."""
        return ()

    def add(self, updates: Sequence[CmdbUpdate]) -> None:
        """See the port."""

    def replace(self, updates: Sequence[CmdbUpdate]) -> None:
        """See the port."""
