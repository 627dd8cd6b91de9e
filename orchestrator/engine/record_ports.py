"""The ports of what a record must not hold. Their docstrings are their contracts."""

from abc import ABC, abstractmethod
from collections.abc import Sequence


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
