"""The pages of the service, as links: the important ones above each page, all of them below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from orchestrator.domain.authority.access import Right
from orchestrator.policy.authority.access import may

if TYPE_CHECKING:
    from orchestrator.web.request_context import Asked


class Link(NamedTuple):
    """A link; `current` is the value of aria-current: `page` for this page, `true` for the subject that it is part of."""

    words: str
    place: str
    current: str = ""


class Navigation(NamedTuple):
    """The links above a page, and all of them."""

    top: tuple[Link, ...]
    all: tuple[Link, ...]


TOP: tuple[tuple[str, str], ...] = (
    ("Overview", "/"),
    ("Deployments", "/deployments"),
    ("Approvals", "/approvals"),
    ("Calendar", "/calendar"),
    ("Plans", "/plans"),
    ("Records", "/records"),
    ("Reports", "/reports"),
    ("CMDB", "/cmdb"),
    ("Rules", "/rules"),
)
MORE: tuple[tuple[str, str, Right], ...] = (
    ("Reviews and actions", "/reviews", "see"),
    ("Keys", "/keys", "see"),
    ("Nodes", "/nodes", "see"),
    ("People", "/people", "see_people"),
    ("Audit of the service", "/audit", "administer"),
)
"""Each with the right without which it would be refused."""


def navigation(asked: Asked | None, path: str) -> Navigation:
    """The links of a page at this path, as far as whoever asks may follow them."""
    top = tuple(_link(words, place, path) for words, place in TOP)
    if asked is None:
        return Navigation((), ())
    # What a page of a deployment is about does not count: these pages are about no place.
    more = tuple(
        _link(words, place, path)
        for words, place, right in MORE
        if asked.access is not None and may(asked.access, right)
    )
    return Navigation(top, (*top, *more))


def links(path: str, *pages: tuple[str, str]) -> tuple[Link, ...]:
    """The pages of one subject, each as (words, place)."""
    return tuple(Link(words, place, "page" if path == place else "") for words, place in pages)


def _link(words: str, place: str, path: str) -> Link:
    below = place != "/" and path.startswith(f"{place}/")
    return Link(words, place, "page" if path == place else "true" if below else "")
