"""The ports of what a record must not hold, and of its disposal. Their docstrings are their contracts."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence

from orchestrator.errors import StoreFault


class CanaryFiles(ABC):
    """The files in which people name canaries: values that must stand in no record."""

    @abstractmethod
    def values(self) -> Sequence[str]:
        """The canaries; none where nobody names any. Raises PlanFault for a file that is wrong, or that others may read."""

    @abstractmethod
    def places(self) -> Sequence[str]:
        """The files that name some, as text for people."""


class NoCanaryFiles(CanaryFiles):
    """Nobody names canaries here."""

    def values(self) -> Sequence[str]:
        """See the port."""
        return ()

    def places(self) -> Sequence[str]:
        """See the port."""
        return ()


class Disposals(ABC):
    """Removes the record of one deployment: its rows, and what lies beside the journal because of it.

    Each step can be repeated after a crash, and does then what is left of it.
    """

    @abstractmethod
    def note(self, deployment: str, digests: Collection[str]) -> None:
        """Note what is to be cleared, durable on return: files with these digests. Raises StoreFault."""

    @abstractmethod
    def noted(self, deployment: str) -> Sequence[str] | None:
        """The digests that were noted; None where nothing was. Raises StoreFault."""

    @abstractmethod
    def erase(self, deployment: str, size: int, root: str) -> None:
        """Remove all events of the deployment, what is cached of them, and the salts of their seals, in one transaction.

        Its leaves and heads stay. Raises Conflict, and removes nothing, where its newest sealed head is another than that of
        `size` events and this `root`; StoreFault. Once they are removed it does nothing.
        """

    @abstractmethod
    def clear(self, deployment: str) -> None:
        """Remove the files beside: baselines and attached files that were noted, attempts, logs, claims. Raises StoreFault."""

    @abstractmethod
    def compact(self) -> None:
        """See to it that nothing that was removed is left within the files of the store.

        A server sees to its own files. Raises StoreFault, also where others read without end.
        """

    @abstractmethod
    def forget(self, deployment: str) -> None:
        """Remove the note. Raises StoreFault."""


class NoDisposals(Disposals):
    """No record is disposed of here."""

    def note(self, deployment: str, digests: Collection[str]) -> None:
        """See the port."""
        raise StoreFault(f"The store that has {deployment} cannot dispose of records.")

    def noted(self, deployment: str) -> Sequence[str] | None:
        """See the port."""
        return None

    def erase(self, deployment: str, size: int, root: str) -> None:
        """See the port."""
        raise StoreFault(f"The store that has {deployment} cannot dispose of records.")

    def clear(self, deployment: str) -> None:
        """See the port."""

    def compact(self) -> None:
        """See the port."""

    def forget(self, deployment: str) -> None:
        """See the port."""
