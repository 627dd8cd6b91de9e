"""The port by which machines that share a store share private copies too (docs/adr/0124)."""

from abc import ABC, abstractmethod
from pathlib import Path

from orchestrator.errors import NotFound


class SharedCopies(ABC):
    """Private copies as archives, each found by the digest that the journal has of it."""

    @abstractmethod
    def share(self, deployment: str, copy: Path) -> str:
        """Keep the copy of a deployment for other machines, durable on return; its digest. Raises StoreFault.

        Empty where this machine shares its store with no other, or the copy is too large to be shared.
        """

    @abstractmethod
    def unpack(self, digest: str, place: Path) -> None:
        """Put the files of a copy into an empty folder. Raises NotFound, Refused where they are others, StoreFault."""

    @abstractmethod
    def forget(self, digest: str) -> None:
        """No machine needs it any more. Raises StoreFault."""


class NoSharedCopies(SharedCopies):
    """Where the store is a file: there is no other machine."""

    def share(self, deployment: str, copy: Path) -> str:
        """Nothing is shared."""
        return ""

    def unpack(self, digest: str, place: Path) -> None:
        """Raises NotFound."""
        raise NotFound("This store is a file, which keeps no private copies for other machines.")

    def forget(self, digest: str) -> None:
        """Nothing is there."""
