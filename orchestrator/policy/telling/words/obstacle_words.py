"""Obstacles of a rollback as text for people, made only here. Decisions use their codes."""

from collections.abc import Sequence

from orchestrator.domain.journal.events.backout import SetAside

_MOVES = {
    "newer": "{other} deployed to {hosts} after {this}; back that out first: orch rollback {other} --reason WHY",
    "locked": "{hosts} is held by {other}; end that first: orch status {other}",
    "unreadable": "{other} is later than {this} and cannot be read, so it may have deployed to the same machines; "
    "restore the journal from a backup",
}
_ASIDE = {
    "newer": "despite newer: {other} deployed to {hosts} later",
    "locked": "despite locked: {other} holds {hosts}",
    "unreadable": "despite unreadable: {other} is later and cannot be read",
}


def refusal_words(this: str, obstacles: Sequence[SetAside]) -> str:
    """Why a rollback is refused: each obstacle with what ends it, and how to go ahead all the same."""
    reasons = "; ".join(f"{each.code}: {_words(_MOVES, each, this)}" for each in obstacles)
    options = " ".join(f"--despite {code}" for code in dict.fromkeys(each.code for each in obstacles))
    return f"Nothing was backed out: {reasons}. To go ahead all the same: orch rollback {this} {options} --reason WHY"


def set_aside_words(each: SetAside) -> str:
    """What a person set aside, for the record."""
    return _words(_ASIDE, each, "")


def _words(table: dict[str, str], each: SetAside, this: str) -> str:
    return table[each.code].format(other=each.deployment, hosts=", ".join(each.hosts), this=this)
