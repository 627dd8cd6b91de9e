"""The port of drivers in processes of their own; its docstrings are the contract."""

from abc import ABC, abstractmethod


class Drivers(ABC):
    """Drivers of deployments in processes of their own, which outlive this one."""

    @abstractmethod
    def begin(self, deployment: str, by: str) -> None:
        """Start a driver of a deployment; returns at once. Raises StoreFault.

        The claim on the journal decides who drives: the second of two drivers of one deployment ends at once.
        """

    @abstractmethod
    def alive(self, deployment: str) -> bool:
        """Whether the driver that this process last started for the deployment still runs."""

    def end(self, deployment: str) -> None:  # noqa: B027 - most cannot reach a driver
        """Ask the driver that this process last started for the deployment to end; runs go on without it."""

    def kill(self, deployment: str) -> None:  # noqa: B027 - most cannot reach a driver
        """End the driver that this process last started for the deployment at once; runs go on without it."""

    @abstractmethod
    def last_words(self, deployment: str) -> str:
        """The driver's last message to people, such as an error; empty if there is none."""


class DriverClaim(ABC):
    """The right to drive one deployment, as a context manager that releases it."""

    @abstractmethod
    def __enter__(self) -> "DriverClaim": ...

    @abstractmethod
    def __exit__(self, *exception: object) -> None: ...

    def confirm(self) -> None:  # noqa: B027 - most claims cannot be lost
        """Return only while the claim holds; waits where that is not known just now. By default nothing can be lost.

        Raises Conflict where another has taken over, and StoreFault where the store stays away.
        """
