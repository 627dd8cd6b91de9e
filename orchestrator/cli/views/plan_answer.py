"""What `orch plan` prints of the answer of admission to a plan that nobody has opened yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from orchestrator.domain.authority.admission_answer import LIFTED_BY_PEOPLE, Reason


def asked_lines(asked: Sequence[Reason]) -> Iterator[str]:
    """What people and time have yet to resolve before a start, a line each."""
    for reason in asked:
        yield f"still asked: {reason.without_moves_of_an_open_one()}"


def asked_json(asked: Sequence[Reason]) -> dict[str, Any]:
    """The same for programs; a next move that needs an open deployment is left out."""
    return {
        "still_asked": [
            {
                "code": reason.code,
                "about": reason.about,
                "found": reason.found,
                "next_move": None if reason.code in LIFTED_BY_PEOPLE else reason.next_move,
            }
            for reason in asked
        ]
    }
