"""The port for the disk that keeps deployments; its docstrings are the contract."""

from abc import ABC, abstractmethod


class Storage(ABC):
    """The disk that keeps deployments, and its ballast: space that is reserved for backouts and released when needed."""

    @property
    @abstractmethod
    def place(self) -> str:
        """The place of the disk, as text for people."""

    @property
    @abstractmethod
    def reserve(self) -> int:
        """Bytes that must be free before anything new starts."""

    @abstractmethod
    def room(self) -> int:
        """Free bytes. Raises StoreFault."""

    @abstractmethod
    def lay_in(self, deployment: str, size: int) -> int:
        """Reserve `size` bytes for a deployment while the general reserve stays free. Returns the bytes reserved now.

        Bytes that are already reserved count. Never raises for a full disk.
        """

    @abstractmethod
    def release(self, deployment: str) -> int:
        """Release about half of a deployment's reserved bytes. Returns the bytes released.

        A part stays reserved, because others may fill the disk again, and because appends to the journal use it by
        themselves on a full disk.
        """

    @abstractmethod
    def give_back(self, deployment: str) -> None:
        """Release all bytes reserved for a deployment that is over."""
