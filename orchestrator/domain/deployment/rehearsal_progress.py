"""What a deployment rehearses, and its progress."""

from typing import TypeGuard, get_args

from orchestrator.domain.authority.rehearsal import INJECTED, AsRehearsed, Rehearsal
from orchestrator.domain.deployment.backout_progress import BackoutProgress
from orchestrator.domain.journal import events as e
from orchestrator.domain.text.model_base import Noun


class RehearsalProgress(Noun):
    """`rehearsal` is None where nothing is rehearsed. `rehearsed` is the reason of its first backout.

    `injected`: in the last checks only the injected failure failed.
    """

    rehearsal: Rehearsal | None = None
    rehearsed: AsRehearsed | None = None
    injected: bool = False


RehearsalEvent = e.WaveChecked | e.BackoutBegan
CHANGED_BY = frozenset(get_args(RehearsalEvent))


def rehearsing_after(
    rehearsing: RehearsalProgress, event: e.Event, backout: BackoutProgress | None
) -> RehearsalProgress:
    """The progress of the rehearsal after one more event. Its first backout states how it went."""
    return _changed(rehearsing, event, backout) if _changes(event) else rehearsing


def _changes(event: e.Event) -> TypeGuard[RehearsalEvent]:
    return type(event) in CHANGED_BY


def _changed(
    rehearsing: RehearsalProgress, event: RehearsalEvent, backout: BackoutProgress | None
) -> RehearsalProgress:
    match event:
        case e.WaveChecked(failing=failing):
            injected = bool(failing) and all(result.kind == INJECTED for result in failing)
            return RehearsalProgress.updated(rehearsing, injected=injected)
        case e.BackoutBegan(rehearsed=rehearsed):
            if backout is not None:
                return rehearsing
            return RehearsalProgress.updated(rehearsing, rehearsed=rehearsed)
