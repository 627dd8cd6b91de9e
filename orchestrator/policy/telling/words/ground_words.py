"""Grounds as text for people, made only here. Decisions use their codes."""

from collections.abc import Iterable, Mapping
from typing import get_args

from orchestrator.domain.authority.ground import OF_WINDOW, AgreedCode, Ground

WORDS: Mapping[str, str] = {
    "policy.binds": "policy {policy} version {version}, {change} change{because}",
    "policy.none": "ungoverned: no release policy binds it, {change} change{because}",
    "policy.first_use": "policy {policy} version {version} is in force from this first deployment under it on",
    "model.used": "model {model} version {version}",
    "document.approved": "{document}: approved by {person} as {role} on {on}",
    "document.first_live": "{document}: first live use of this version here{overseen}",
    "plan.effective": "effective plan {digest}",
    "approval.given": "approved by {person} as {role}{because}",
    "rehearsal.covers": "rehearsed in {environment} at {at} ({deployments}{elsewhere})",
    "window.open": "open until {closes}",
    "window.never_closes": "no window closes",
    "time.undoable": "{waves} of {of} waves can start and still be undone before then",
    "backout.agreed": "agreed to by {person} as {role}{because}",
    "backout.emergency": "an emergency, to be reviewed by {by}",
    "backout.major": "a change of major impact, to be reviewed by {by}",
    "concession.given": "conceded for {hosts} by {person} as {role}{because}",
    "time.late": "goes on, for the plan says finish, although {although}",
    "change.outside": "{host} changed {kind} {item} ({attribute}), which {rules} does not allow",
    "change.unknown": "what changed on {host} is not known, and {rules} says what may: {reason}",
    "metric.failed": "{metric} failed in {failed} measurements, allowed {allowed}",
}
"""By the code of the ground; a backout's reason contains its own text."""


def ground_words(ground: Ground) -> str:
    """The text of one ground, for the journal and for people. Raises KeyError for a ground of a backout."""
    reason = ground.values.get("reason")
    elsewhere = ground.values.get("elsewhere")
    overseers = ground.values.get("overseers")
    parts = {
        "because": f" ({reason})" if reason else "",
        **ground.values,
        "elsewhere": f"; {elsewhere}" if elsewhere else "",
        "overseen": f", overseen by {overseers}" if overseers else "",
    }
    return WORDS[ground.code].format_map(parts)


def agreed_words(grounds: Iterable[Ground]) -> list[str]:
    """Who agreed to a late rollback or conceded hosts, among other grounds."""
    return [ground_words(ground) for ground in grounds if ground.code in get_args(AgreedCode)]


def window_basis(grounds: Iterable[Ground]) -> str:
    """The calendar's ground of a start, apart from all other grounds."""
    return "; ".join(ground_words(ground) for ground in grounds if ground.code in OF_WINDOW)
