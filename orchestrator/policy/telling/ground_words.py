"""Grounds in words for people: the one place where they are made. What is decided is decided by code."""

from collections.abc import Iterable, Mapping

from orchestrator.domain.authority.ground import OF_WINDOW, Ground

WORDS: Mapping[str, str] = {
    "policy.binds": "policy {policy} version {version}, {change} change{because}",
    "policy.none": "no release policy, {change} change{because}",
    "model.used": "model {model} version {version}",
    "plan.effective": "effective plan {digest}",
    "approval.given": "approved by {person} as {role}{because}",
    "rehearsal.covers": "rehearsed in {environment} at {at} ({deployments})",
    "window.open": "open until {closes}",
    "window.never_closes": "no window closes",
    "time.undoable": "{waves} of {of} waves can start and still be undone before then",
    "time.late": "goes on, for the plan says finish, although {although}",
}
"""By the code of a start's ground; a backout has its words in its own reason."""


def ground_words(ground: Ground) -> str:
    """One ground of a start, as the journal and people read it. Raises KeyError for a ground of a backout."""
    reason = ground.values.get("reason")
    return WORDS[ground.code].format(**ground.values, because=f" ({reason})" if reason else "")


def window_basis(grounds: Iterable[Ground]) -> str:
    """What the calendar allows a start on, whatever else it rests on."""
    return "; ".join(ground_words(ground) for ground in grounds if ground.code in OF_WINDOW)
