"""Where every kind of event has its place: in the fold, in the story, and as a line; and where it needs none, with the reason.

The accessors are all that knows how a place keeps its functions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from orchestrator.cli import plain_lines
from orchestrator.domain import fold, fold_authority
from orchestrator.policy import telling, telling_authority
from tests.store.every_event import EVERY_EVENT


def every_kind() -> tuple[str, ...]:
    """Every kind of event, in a fixed order."""
    return tuple(sorted(event.kind for event in EVERY_EVENT))


def _kinds(registries: Iterable[Any]) -> frozenset[str]:
    registered = {kind for registry in registries for kind in registry.registry}
    return frozenset(event.kind for event in EVERY_EVENT if type(event) in registered)


def folded() -> frozenset[str]:
    """Kinds that change more of a deployment than its state and times."""
    return _kinds((fold._changes, fold_authority._changes))


def in_the_story() -> frozenset[str]:
    """Kinds that begin, end or change a step."""
    return _kinds((telling._tell, telling_authority.tell_of_authority))


def lined() -> frozenset[str]:
    """Kinds with words of their own on a plain line."""
    return _kinds((plain_lines._said,))


HANDLED: dict[str, Callable[[], frozenset[str]]] = {
    "fold": folded,
    "step of the story": in_the_story,
    "plain line": lined,
}
_STATE_ALONE = "only the state changes, by the table of the lifecycle"
CHANGES_NOTHING: dict[str, dict[str, str]] = {
    "fold": {
        "planned": "the deployment is made of it",
        "submitted": _STATE_ALONE,
        "environment_verified": _STATE_ALONE,
        "wave_verified": _STATE_ALONE,
        "completed": _STATE_ALONE,
        "attempt_adopted": "who follows the attempt changes nothing of it",
        "held_on": "the hold goes on as it was",
    },
    "step of the story": {
        "planned": "the story begins with what follows",
        "submitted": "it happens at once",
        "wave_deployed": "the attempt before it is the step",
        "wave_failed": "the attempt or the entry criteria before it are the step",
        "wave_verified": "the check before it is the step",
        "gate_passed": "soak and confirmation are the steps",
        "restored": "the proof before it is the step",
        "residue_found": "the proof before it is the step",
        "backout_failed": "the proof before it is the step",
        "held_on": "the hold goes on",
        "abort_requested": "what it leads to is the step",
        "emergency_lifted": "the pause goes on until somebody resumes",
    },
    "plain line": {
        "reviewed": "its kind is the line",
        "closed": "its kind is the line",
    },
}
