"""The doors of the service: who a request is from, by its session cookie or its bearer token."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from starlette.requests import Request

    from orchestrator.domain.authority.access import Access, Right


class Entered(NamedTuple):
    """Who came in, and the token against forged requests that belongs to their session; empty for a bearer token."""

    access: Access
    csrf: str


class Doors(ABC):
    """Knows people by what their request carries, and keeps what was refused."""

    @abstractmethod
    def entered(self, request: Request) -> Entered | None:
        """Who this request is from; None for nobody that is known, or whose session or token is over."""

    @abstractmethod
    def refused(self, request: Request, access: Access | None, right: Right | None, why: str) -> None:
        """Record that a request was refused, in the audit of the service. Never raises."""
