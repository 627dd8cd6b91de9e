"""A route of the service: its path, who may use it, and what answers it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from starlette.responses import Response

    from orchestrator.domain.authority.access import Right
    from orchestrator.web.api.described import Described
    from orchestrator.web.request_context import Asked

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
About = Literal["nothing", "deployment"]
"""What the path names: with `deployment`, `{deployment}` is a whole id, and its place decides who may use the route."""

Answer = Callable[["Asked"], "Response | Awaitable[Response]"]
"""Answers a request that was let in. Functions that are not async run on a thread."""


@dataclass(frozen=True, slots=True)
class Route:
    """One row of the table: `right` is None only where the route is open to everybody, and `open_because` says why.

    `described`: what the document of the API says of it; only routes of the API have that.
    """

    method: Method
    path: str
    right: Right | None
    answer: Answer
    about: About = "nothing"
    open_because: str = ""
    described: Described | None = None

    @property
    def name(self) -> str:
        """Method and path, as refusals and the table of rights have it."""
        return f"{self.method} {self.path}"

    @property
    def of_api(self) -> bool:
        """Whether it belongs to the API, whose answers and errors are JSON."""
        return self.path.startswith("/api/")
