"""Maintenance windows and freezes, once or recurring, in the local time of a zone (RFC 5545)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field, model_validator

from orchestrator.domain.calendar.local_time import LocalTime, ZoneName, lasting, local, moment, oddity, wall
from orchestrator.domain.calendar.recurrence import RecurrenceRule, begins_with, occurrences
from orchestrator.domain.text.model_base import Many, Moment, Name, Noun, PositiveSeconds, Text
from orchestrator.domain.text.names import ReadableText
from orchestrator.domain.text.validation_error import wrong

LONGEST = timedelta(days=92)
_DAY = timedelta(days=1)
Length = Annotated[PositiveSeconds, Field(le=LONGEST.total_seconds())]


class Span(Noun):
    """A stretch of time in UTC; its end is not part of it."""

    opens: Moment
    closes: Moment

    def holds(self, when: datetime) -> bool:
        """Whether it contains a moment."""
        return self.opens <= when < self.closes


class Recurring(Noun):
    """A start and an end in local time, once or recurring.

    Give the end in one of two ways, which differ in a night when clocks change: `ends` is local time (relative to `starts`,
    so every occurrence ends at the same local time); `lasts` is elapsed time. `repeats` is a rule of RFC 5545 whose first
    occurrence is `starts`; `skips` are occurrences to leave out; `also` are additional starts.
    """

    name: Name
    zone: ZoneName
    starts: LocalTime
    ends: LocalTime | None = None
    lasts: Length | None = None
    repeats: RecurrenceRule | None = None
    skips: Many[LocalTime] = ()
    also: Many[LocalTime] = ()

    @model_validator(mode="after")
    def _whole(self) -> "Recurring":
        if (self.ends is None) == (self.lasts is None):
            raise wrong("either ends or lasts", "say in one way how long it is")
        if self.ends is not None and not timedelta(0) < local(self.ends) - local(self.starts) <= LONGEST:
            raise wrong(f"an end after the start, by at most {LONGEST.days} days", "correct it", at="ends")
        if self.repeats is not None and not begins_with(self.repeats, local(self.starts)):
            raise wrong("a rule whose first occurrence is `starts`", "correct one of the two", at="repeats")
        self._exceptions_fit()
        self._single_times_are_clear()
        return self

    def _exceptions_fit(self) -> None:
        for text in self.skips:
            when = local(text)
            if when not in occurrences(self.repeats, local(self.starts), when, when):
                next_move = "correct it, for it leaves nothing out"
                raise wrong("starts that the rule names", next_move, finding=text, at="skips")

    def _single_times_are_clear(self) -> None:
        """A time written for one day must be one moment; recurring times follow RFC 5545."""
        single = [("also", text) for text in self.also]
        if self.repeats is None:
            single += [("starts", self.starts), *([("ends", self.ends)] if self.ends is not None else [])]
        for at, text in single:
            odd = oddity(local(text), self.zone)
            if odd is not None:
                what = "does not exist" if odd == "skipped" else "occurs twice"
                raise wrong(
                    "a time that occurs once",
                    "choose a time outside that hour, or give the times in zone UTC",
                    finding=f"{text}, which {what} in {self.zone} (clocks change)",
                    at=at,
                )

    def starts_between(self, earliest: datetime, latest: datetime) -> Iterator[datetime]:
        """The local starts between two local times; not sorted where `also` adds some."""
        skipped = {local(text) for text in self.skips}
        starts = set(occurrences(self.repeats, local(self.starts), earliest, latest)) - skipped
        starts |= {when for when in map(local, self.also) if earliest <= when <= latest}
        yield from sorted(starts)

    def spans(self, earliest: datetime, latest: datetime) -> Iterator[Span]:
        """Every span that overlaps the time between two moments, sorted by start."""
        before = wall(earliest, self.zone) - self._length - _DAY
        for start in self.starts_between(before, wall(latest, self.zone) + _DAY):
            span = self.span_from(start)
            if span is not None and span.opens < latest and span.closes > earliest:
                yield span

    @property
    def _length(self) -> timedelta:
        if self.ends is not None:
            return local(self.ends) - local(self.starts)
        return timedelta(seconds=self.lasts or 0)

    def span_from(self, start: datetime) -> Span | None:
        """The span of one local start; None where a change of clocks leaves nothing of it."""
        opens = moment(start, self.zone)
        closes = lasting(opens, self.lasts) if self.lasts else moment(start + self._length, self.zone)
        # A window within a skipped hour has no length.
        return Span(opens=opens, closes=closes) if closes > opens else None


class MaintenanceWindow(Recurring):
    """A time in which deployments may run."""


class Freeze(Recurring):
    """A time in which no deployment may run. `override` are the roles that may lift it; they must give a reason."""

    reason: Text
    override: Many[ReadableText] = ()
