"""Grounds: what a decision rests on, as codes with values. Words for people are made of them, and never read again."""

from collections.abc import Iterable
from typing import Literal

from orchestrator.domain.text.model_base import Noun

StartCode = Literal[
    "policy.binds",
    "policy.none",
    "model.used",
    "plan.effective",
    "approval.given",
    "rehearsal.covers",
    "window.open",
    "window.never_closes",
    "time.undoable",
    "time.late",
]
BackoutCode = Literal[
    "backout.failure",
    "backout.not_authorised",
    "backout.rehearsed",
    "backout.not_as_rehearsed",
    "backout.aborted",
    "backout.chosen",
]
GroundCode = Literal[StartCode, BackoutCode]

OF_WINDOW: frozenset[GroundCode] = frozenset({"window.open", "window.never_closes", "time.undoable"})
"""Grounds of the calendar: until when it is open, and what can be undone before then."""


CHOSEN_BY_A_PERSON: frozenset[GroundCode] = frozenset({"backout.aborted", "backout.chosen"})
"""Why a release is taken back where it is a person who wants that, and no rule."""
BY_RULE = "orch"
"""Who acted, in journals of before grounds had codes, where no person did."""


class Ground(Noun):
    """One fact that a decision rests on; the values are what its words name."""

    code: GroundCode
    values: dict[str, str | int] = {}


def by_a_person(reasons: Iterable[Ground], by: str) -> bool:
    """Whether a person wanted a backout. A user may be called as orch is: `by` counts only where no reason has a code."""
    codes = {reason.code for reason in reasons}
    return bool(codes & CHOSEN_BY_A_PERSON) if codes else by != BY_RULE
