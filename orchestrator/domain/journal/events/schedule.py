"""Events of the schedule of change: a start that is postponed, and one that was missed."""

from typing import Literal

from orchestrator.domain.authority.word import Spoken
from orchestrator.domain.calendar.schedule_of_change import MissedChoice
from orchestrator.domain.text.model_base import Many, Noun, Seconds, Text


class StartPutOff(Noun):
    """The start is due but waits for other deployments, for these reasons; it follows when they are over."""

    kind: Literal["start_put_off"] = "start_put_off"
    reasons: Many[Text]
    by: Text
    spoken: Spoken | None = None


class StartMissed(Noun):
    """The start was missed: how late in seconds, the plan's choice for that, and why."""

    kind: Literal["start_missed"] = "start_missed"
    late: Seconds
    choice: MissedChoice
    reason: Text
    by: Text
    spoken: Spoken | None = None
