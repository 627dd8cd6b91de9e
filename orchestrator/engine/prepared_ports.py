"""The port of words that wait for a signature in a browser, and of forms that were sent before."""

from abc import ABC, abstractmethod
from datetime import datetime

from orchestrator.domain.authority.prepared_word import PreparedWord
from orchestrator.errors import Refused


class PreparedWords(ABC):
    """Keeps what is to be signed on the side of the service: what a browser sends back names it, and never says it."""

    @abstractmethod
    def keep(self, prepared: PreparedWord, now: datetime) -> None:
        """Keep it until its time is over; what is over at `now` goes. Raises StoreFault."""

    @abstractmethod
    def take(self, number: str, session: str, now: datetime) -> PreparedWord | None:
        """The one with this number, which is gone then; None where it is another session's, gone, over, or never was.

        Of two that take it at once, one gets it. Raises StoreFault.
        """

    @abstractmethod
    def first(self, mark: str, until: datetime, now: datetime) -> bool:
        """Whether this mark of a form comes for the first time; it is remembered until then. Raises StoreFault."""


class NoPreparedWords(PreparedWords):
    """For whoever serves nobody in a browser."""

    def keep(self, prepared: PreparedWord, now: datetime) -> None:
        raise Refused("Nothing is kept for browsers here. Nothing was recorded.")

    def take(self, number: str, session: str, now: datetime) -> PreparedWord | None:
        return None

    def first(self, mark: str, until: datetime, now: datetime) -> bool:
        return True
