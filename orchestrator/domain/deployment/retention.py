"""How long the record of a deployment is kept: archived until a date, or held whatever the date."""

from datetime import datetime
from typing import TypeGuard, get_args

from orchestrator.domain.journal import events as e
from orchestrator.domain.text.model_base import Moment, Noun


class LegalHold(Noun):
    """Who holds the record, since when, and why."""

    by: str
    reason: str
    at: Moment


class Retention(Noun):
    """`until`: the record is archived, and kept until then at least. `hold`: it is kept in any case."""

    archived_at: Moment | None = None
    archived_by: str = ""
    until: Moment | None = None
    hold: LegalHold | None = None


RetentionEvent = e.RecordArchived | e.LegalHoldPlaced | e.LegalHoldLifted | e.BackoutBegan
CHANGED_BY = frozenset(get_args(RetentionEvent))


def retention_after(retention: Retention, event: e.Event, at: datetime) -> Retention:
    """The retention after one more event."""
    return _changed(retention, event, at) if _changes(event) else retention


def _changes(event: e.Event) -> TypeGuard[RetentionEvent]:
    return type(event) in CHANGED_BY


def _changed(retention: Retention, event: RetentionEvent, at: datetime) -> Retention:
    match event:
        case e.RecordArchived(until=until):
            return Retention.updated(retention, archived_at=at, archived_by=event.by, until=until)
        case e.LegalHoldPlaced():
            return Retention.updated(retention, hold=LegalHold(by=event.by, reason=event.reason, at=at))
        case e.LegalHoldLifted():
            return Retention.updated(retention, hold=None)
        case e.BackoutBegan():
            return _not_archived(retention)


def _not_archived(retention: Retention) -> Retention:
    """A deployment that is taken back ends anew, and so does the time for which its record is kept."""
    if retention.archived_at is None:
        return retention
    return Retention.updated(retention, archived_at=None, archived_by="", until=None)
