"""A driver at work looks at the seal of its own deployment before each step that rests on the record."""

from typing import Literal

from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import ENDS_ON_HOSTS
from orchestrator.engine.drive_context import DriveContext
from orchestrator.engine.lookup.seal_check import not_accepted
from orchestrator.engine.lookup.snapshots import folded_anew
from orchestrator.errors import OrchError
from orchestrator.policy.course.broken_record import facts_are_intact
from orchestrator.policy.course.steps import Perform, Record, RunAttempt, Step

MOST = 100
"""Findings that the event names; the others are counted."""


def rests_on_record(step: Step) -> bool:
    """A run on hosts, hosts that leave the rotation for one, a backout that begins, and the end."""
    match step:
        case RunAttempt() | Perform(practice="take_out"):
            return True
        case Record(event=event):
            return isinstance(event, e.BackoutBegan) or event.kind in ENDS_ON_HOSTS
        case _:
            return False


def finds_break(context: DriveContext, step: Step) -> bool:
    """Whether the record broke, or broke further, since the last look; the step is decided anew then.

    Only this deployment's own tree, and its place in the log, are looked at: what happened to others stops nothing here.
    """
    if not rests_on_record(step):
        return False
    d = context.deployment
    look = context.ports.seals.look_alone(d.id, d.seq)
    if look.intact:
        return False
    every = tuple(
        e.DamageHere(code=each.code, event=each.event) for each in not_accepted(context.ports, look)
    )
    damage, more = every[:MOST], max(0, len(every) - MOST)
    known = d.driving.broken
    if not every or (known is not None and (known.damage, known.more) == (damage, more)):
        return False
    facts: Literal["intact", "damaged"] = "intact" if _facts_are_intact(context) else "damaged"
    return context.journal.note(e.SealBroken(damage=damage, more=more, facts=facts))


def _facts_are_intact(context: DriveContext) -> bool:
    """By the journal as it is now; what cannot be read or folded is damaged."""
    try:
        driven, stored = context.journal.refresh(), folded_anew(context.ports.journal, context.deployment.id)
    except OrchError:
        return False
    return facts_are_intact(driven, stored)
