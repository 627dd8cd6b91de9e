"""A period of time, and the parts that it is drawn in."""

from datetime import datetime, timedelta
from itertools import pairwise
from math import ceil

from pydantic import model_validator

from orchestrator.domain.text.model_base import Moment, Noun
from orchestrator.domain.text.validation_error import wrong

DAY = 86400.0
PARTS = 14
"""The most columns that a chart over time has."""


class Period(Noun):
    """From `begins` up to, and without, `ends`; so two periods side by side share no moment."""

    begins: Moment
    ends: Moment

    @model_validator(mode="after")
    def _begins_before_it_ends(self) -> "Period":
        if self.ends <= self.begins:
            raise wrong("a period that ends after it begins", "correct one of the two", at="ends")
        return self

    def holds(self, at: datetime | None) -> bool:
        """Whether a moment is in it; what never happened is in no period."""
        return at is not None and self.begins <= at < self.ends

    @property
    def days(self) -> float:
        """Its length in days of 24 hours."""
        return (self.ends - self.begins).total_seconds() / DAY

    @property
    def before(self) -> "Period":
        """The period of equal length that ends where this one begins."""
        return Period(begins=self.begins - (self.ends - self.begins), ends=self.begins)

    def parts(self) -> tuple["Period", ...]:
        """It in at most PARTS parts of whole days, of which the last may be shorter."""
        length = timedelta(days=max(1, ceil(self.days / PARTS)))
        edges = [self.begins + length * n for n in range(ceil((self.ends - self.begins) / length))]
        return tuple(Period(begins=a, ends=b) for a, b in pairwise([*edges, self.ends]))
