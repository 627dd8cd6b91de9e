"""Long lists in pages: at most so many at once, and where the next page begins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

from pydantic import Field

from orchestrator.web.api.reading import Given
from orchestrator.web.problems import Problem

T = TypeVar("T")


class Paged(Given):
    """`after`: the `next` of the page before."""

    limit: Annotated[int, Field(ge=1, le=500)] = 50
    after: Annotated[str, Field(max_length=300)] = ""


def page_of(items: Sequence[T], asked: Paged, name: Callable[[T], str]) -> tuple[list[T], str | None]:
    """The items of this page, and the cursor of the next one: the name of its last item. Raises Problem for a foreign cursor.

    What is new at the head of a list moves no page.
    """
    start = 0
    if asked.after:
        places = [place for place, item in enumerate(items) if name(item) == asked.after]
        if not places:
            raise Problem(422, "faults", "`after` names nothing in this list: begin without it.")
        start = places[0] + 1
    part = list(items[start : start + asked.limit])
    more = start + asked.limit < len(items)
    return part, name(part[-1]) if part and more else None
