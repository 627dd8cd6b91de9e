"""The feed for the service desk: results of deployments, the newest first, then the dates that are planned."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

from orchestrator.domain.calendar.schedule_of_change import Booking
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.text.model_base import Moment, Noun
from orchestrator.domain.text.plain_text import plain
from orchestrator.policy.telling.summary import environment_words, plain_words, release_words
from orchestrator.policy.telling.words.schedule_words import state_words

LINE = 300


class FeedItem(Noun):
    """One result, or one planned date. `changed`: when it last changed; `starts` and `ends` in time."""

    kind: Literal["result", "planned"]
    deployment: str
    title: str
    text: str
    state: str
    changed: Moment
    starts: Moment | None = None
    ends: Moment | None = None


def feed_items(
    ended: Iterable[Deployment], bookings: Sequence[Booking], now: datetime
) -> tuple[FeedItem, ...]:
    """Results, the newest first, then what is still to come, the next first. Rehearsals are no results."""
    results = [_result(d) for d in ended if d.ended_at is not None and d.rehearsing.rehearsal is None]
    planned = [_planned(b) for b in bookings if b.state in ("proposed", "approved") and b.starts >= now]
    newest_first = sorted(results, key=lambda item: (item.changed, item.deployment), reverse=True)
    return (*newest_first, *sorted(planned, key=lambda item: (item.starts or now, item.deployment)))


def _result(d: Deployment) -> FeedItem:
    return FeedItem(
        kind="result",
        deployment=d.id,
        title=plain(f"{release_words(d)} in {environment_words(d)}: {d.state.value}", LINE),
        text="\n".join(plain_words(d)),
        state=d.state.value,
        changed=d.ended_at or d.last_at,
        starts=d.authority.opened_at,
        ends=d.ended_at,
    )


def _planned(booking: Booking) -> FeedItem:
    when = f"{booking.starts:%Y-%m-%d %H:%M} UTC"
    ends = f"until {booking.ends:%Y-%m-%d %H:%M} UTC" if booking.ends is not None else "its end is not known"
    lines = [f"Starts {when}, {ends}", f"State: {state_words(booking)}", f"By {booking.by}"]
    lines += [f"Service: {booking.service}"] if booking.service else []
    return FeedItem(
        kind="planned",
        deployment=booking.id,
        title=plain(f"{booking.title}: {when} ({booking.state})", LINE),
        text="\n".join(plain(line, LINE) for line in lines),
        state=booking.state,
        changed=booking.changed_at or booking.starts,
        starts=booking.starts,
        ends=booking.ends,
    )
