"""Section 7 of a release plan, schedule and milestones: when it may be deployed."""

from typing import Literal

from pydantic import model_validator

from orchestrator.domain.calendar.schedule_of_change import MissedStart
from orchestrator.domain.text.model_base import Many, Moment, Noun, Text
from orchestrator.domain.text.validation_error import wrong

OnWindowClose = Literal["finish", "hold", "back out"]


class Window(Noun):
    """A maintenance window."""

    opens: Moment
    closes: Moment

    @model_validator(mode="after")
    def _opens_before_it_closes(self) -> "Window":
        if self.closes <= self.opens:
            raise wrong("a window that closes after it opens", "correct one of the two", at="closes")
        return self


class Milestone(Noun):
    """A point in the schedule that interested parties are informed about."""

    at: Moment
    what: Text


class Schedule(Noun):
    """Section 7, schedule and milestones; without a window the deployment may start at any time.

    `on_window_close`: what happens to the remaining waves when the opening ends, or is too short to back them out.
    `missed`: what happens to a missed start.
    """

    window: Window | None = None
    on_window_close: OnWindowClose = "hold"
    missed: MissedStart = "ask"
    milestones: Many[Milestone] = ()
