"""The ports of leases: claims that run in the database's own time. Their docstrings are their contracts."""

from abc import ABC, abstractmethod
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lease, in words for people; and the file that it has locked beside it, where it has one.

    `place` is one file of one boot of one machine: who has that file locked now knows that an earlier holder there is gone.
    """

    words: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class LeaseTerms:
    """Seconds: how long a lease lasts, how often it is renewed, and how early before its end its holder stops."""

    lease: float = 20.0
    renew: float = 5.0
    margin: float = 2.0
    look: float = 0.5
    patience: float = 120.0
    """How long a holder that stands still waits for the database before it gives up."""

    @property
    def overdue(self) -> float:
        """Seconds after a renewal within which a holder that is well has renewed again, where all is slow too."""
        return 1.5 * self.renew


@dataclass(frozen=True, slots=True)
class LeaseSeen:
    """A lease that somebody holds, at one look. `age`: seconds since it was renewed, by the database's time.

    `sign`: differs from an earlier look where its holder showed life in between, or another took it. `seconds`: for how long
    whoever looks has seen it unrenewed. An age says what is worth a look; only what was seen lets anybody take over.
    """

    holder: str
    sign: tuple[int, int]
    age: float
    seconds: float
    terms: LeaseTerms

    @property
    def overdue(self) -> bool:
        """Whether a holder that is well would have renewed it by now."""
        return self.age > self.terms.overdue

    @property
    def overdue_in(self) -> float:
        """Seconds until a holder that is well will have renewed it."""
        return max(0.0, self.terms.overdue - self.age)

    @property
    def over(self) -> bool:
        """Whether it was seen unrenewed for its whole length, so that whoever asks may take it."""
        return self.seconds >= self.terms.lease

    @property
    def fence(self) -> int:
        """Grows with each holder."""
        return self.sign[0]


class Lease(ABC):
    """A lease that this process took. `fence` is greater than that of every lease on this name before it."""

    name: str
    fence: int

    @abstractmethod
    def renew(self) -> bool:
        """Ask the database for a full lease from now on; False where another has taken over, and then for ever.

        Raises StoreFault where the database cannot be asked; the lease lasts as long as it did.
        """

    @abstractmethod
    def left(self) -> float:
        """Seconds in which its holder may act, by this machine's time from before the last renewal was sent.

        Never more than the database grants; 0 or less where it is over, or lost.
        """

    @abstractmethod
    def lost(self) -> bool:
        """Whether a renewal found that another has taken over."""

    @abstractmethod
    def give_back(self) -> None:
        """End it, so that the next may have it at once. Nothing is raised: else it ends by itself."""


class Leases(ABC):
    """Leases by name, in the time of the database that keeps them."""

    @abstractmethod
    def take(self, name: str, holder: Holder) -> Lease:
        """A lease that nobody holds, or whose holder is gone. Raises Conflict, which names the holder, or StoreFault.

        A holder is gone where this object has seen its lease unrenewed for a full lease of the database's uptime, by looks
        (`take`, `look`) that the database answered one soon after the other; or where it had the same place.
        """

    @abstractmethod
    def look(self, name: str) -> LeaseSeen | None:
        """Look at the lease; None where nobody holds it. Raises StoreFault."""

    def seen_for(self, name: str) -> float:
        """Look, and say for how many seconds the lease was seen unrenewed; 0 where it was renewed, or is free."""
        seen = self.look(name)
        return 0.0 if seen is None else seen.seconds

    @abstractmethod
    def holder(self, name: str) -> tuple[str, int]:
        """Who holds the lease, and its fence; nobody is an empty text. Raises StoreFault."""
