"""What the document of the API says of a route, beside its path and the right that it asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class Described:
    """`answer` and `body` are the shapes of JSON that comes out and goes in, `query` the parameters behind the question mark.

    `status` is that of an answer that did what was asked; `problems` are those that this route has beside the usual ones.
    """

    summary: str
    answer: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    status: int = 200
    media: str = "application/json"
    problems: tuple[int, ...] = ()
    tagged: bool = False
    """Whether answers carry an ETag, and take If-None-Match."""
    once: bool = False
    """Whether it takes Idempotency-Key: a request that is sent again is not done again."""
    signed: type[BaseModel] | None = None
    """What is answered with 202 where the word is to be signed first."""
