"""The port of requests that carry a name of their own: sent again, they are answered as before and not done again."""

from abc import ABC, abstractmethod
from datetime import datetime
from typing import Literal, NamedTuple


class Answer(NamedTuple):
    """What was answered: the status of HTTP, and the body as text."""

    status: int
    body: str


Begun = Answer | Literal["new", "under_way", "other_request"]
"""`new`: this request comes for the first time. `other_request`: its name was used for another one."""


class Repeats(ABC):
    """Remembers requests by who sent them and by their name, for a day."""

    @abstractmethod
    def begin(self, name: str, request: str, now: datetime) -> Begun:
        """Whether this request is done now; `request` is a digest of what it says. Raises StoreFault.

        Of two that come at once, one is new, and the other under way.
        """

    @abstractmethod
    def end(self, name: str, answer: Answer | None) -> None:
        """Keep the answer; None forgets the request, so that it can be sent again. Raises StoreFault."""


class NoRepeats(Repeats):
    """Remembers nothing: each request is new."""

    def begin(self, name: str, request: str, now: datetime) -> Begun:
        return "new"

    def end(self, name: str, answer: Answer | None) -> None:
        return None
