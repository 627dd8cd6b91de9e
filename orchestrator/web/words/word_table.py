"""Each word that a page can put on a deployment: who may say it, what it is called, and what its form asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from orchestrator.domain.authority.word import Verb
from orchestrator.policy.course.words_now import WordNow

if TYPE_CHECKING:
    from orchestrator.domain.authority.access import Right


class WordKind(NamedTuple):
    """A word. `driven`: somebody must drive on afterwards. `needs_reason`: a reason is asked for, and not proposed."""

    verb: Verb
    right: Right
    title: str
    button: str
    outcome: str
    driven: bool = True
    danger: bool = False
    reason: str = ""


WORDS: Mapping[WordNow, WordKind] = {
    "confirm": WordKind("confirm", "steer", "Confirm the gate", "Confirm", "The gate is confirmed."),
    "step": WordKind("step", "steer", "Answer the step by hand", "Answer", "Your answer is on the journal."),
    "resume": WordKind("resume", "steer", "Go on", "Go on", "It goes on.", reason="go on"),
    "retry": WordKind("retry", "steer", "Try again", "Try again", "It is tried again.", reason="try again"),
    "exclude": WordKind(
        "exclude",
        "steer",
        "Go on without hosts",
        "Go on without them",
        "It goes on without them.",
        danger=True,
    ),
    "pause": WordKind(
        "pause", "pause", "Pause", "Pause", "It is paused.", driven=False, reason="no reason given"
    ),
    "hold": WordKind(
        "hold", "pause", "Hold for a person", "Hold", "It is held.", driven=False, reason="no reason given"
    ),
    "rollback": WordKind(
        "rollback", "start", "Back out", "Back out", "The backout is on the journal.", danger=True
    ),
    "abort": WordKind(
        "abort",
        "steer",
        "Abort",
        "Stop and back out",
        "The abort is on the journal: its run is stopped, and what it touched is backed out.",
        danger=True,
    ),
}
