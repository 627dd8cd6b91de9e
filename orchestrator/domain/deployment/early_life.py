"""Early life support: how long it lasts, and when the hosts were last checked."""

from datetime import datetime, timedelta
from typing import TypeGuard, get_args

from orchestrator.domain.journal import events as e
from orchestrator.domain.text.model_base import Moment, Noun


class EarlyLife(Noun):
    """Early life support lasts until `until`; `over`: its last checks passed."""

    until: Moment | None = None
    over: bool = False
    last_watched: Moment | None = None
    last_took: float = 0.0


EarlyLifeEvent = e.EarlyLifeBegan | e.WaveChecked
CHANGED_BY = frozenset(get_args(EarlyLifeEvent))


def early_life_after(early_life: EarlyLife, event: e.Event, at: datetime) -> EarlyLife:
    """Early life support after one more event."""
    return _changed(early_life, event, at) if _changes(event) else early_life


def _changes(event: e.Event) -> TypeGuard[EarlyLifeEvent]:
    return type(event) in CHANGED_BY


def _changed(early_life: EarlyLife, event: EarlyLifeEvent, at: datetime) -> EarlyLife:
    match event:
        case e.EarlyLifeBegan(until=until):
            return EarlyLife.updated(early_life, until=until, last_watched=at)
        case e.WaveChecked(stage="early_life"):
            over = event.final and not event.failing
            prolonged = longer(early_life.until, event.unwatched)
            return EarlyLife.updated(
                early_life, last_watched=at, last_took=event.took, over=over, until=prolonged
            )
        case e.WaveChecked():
            return early_life


def longer(until: datetime | None, seconds: float) -> datetime | None:
    """An end that comes later by time in which nobody looked."""
    return until + timedelta(seconds=seconds) if until is not None and seconds else until
