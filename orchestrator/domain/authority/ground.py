"""Grounds: the facts that a decision rests on, as codes with values. Sentences are made of them, and are never parsed."""

from collections.abc import Iterable
from typing import Literal

from orchestrator.domain.text.model_base import Noun

StartCode = Literal[
    "policy.binds",
    "policy.none",
    "policy.first_use",
    "model.used",
    "document.approved",
    "document.first_live",
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
    "backout.record_broken",
]
ChangeCode = Literal["change.outside", "change.unknown"]
"""Why a wave is rejected for what it changed: a host with an item that may not change, or of which nothing is known."""
MetricCode = Literal["metric.failed"]
"""Why a wave is rejected for what was measured: a metric with more failures than its limit."""
AgreedCode = Literal["backout.agreed", "backout.emergency", "backout.major", "concession.given"]
"""Who agreed that what is completed is taken back, or that a deployment goes on without hosts."""
GroundCode = Literal[StartCode, BackoutCode, ChangeCode, MetricCode, AgreedCode]

OF_WINDOW: frozenset[GroundCode] = frozenset({"window.open", "window.never_closes", "time.undoable"})
"""Grounds of the calendar: when the opening ends, and what can be undone before then."""


CHOSEN_BY_A_PERSON: frozenset[GroundCode] = frozenset({"backout.aborted", "backout.chosen"})
"""The codes of a backout that a person decided, not a rule."""
BY_RULE = "orch"
"""The name of orch as the actor, in journals from before grounds had codes."""


class Ground(Noun):
    """One fact that a decision rests on; `values` fill the sentence for its code."""

    code: GroundCode
    values: dict[str, str | int] = {}


def by_a_person(reasons: Iterable[Ground], by: str) -> bool:
    """Whether a person decided a backout.

    A user may have the same name as orch, so `by` counts only where no reason has a code.
    """
    codes = {reason.code for reason in reasons}
    return bool(codes & CHOSEN_BY_A_PERSON) if codes else by != BY_RULE
