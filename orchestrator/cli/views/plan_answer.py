"""What `orch plan` prints of the answer of admission to a plan that nobody has opened yet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from orchestrator.domain.authority.admission_answer import LIFTED_BY_PEOPLE, Reason


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
