"""Events of the schedule of change: a start that is put off, and one that was missed."""

from typing import Literal

from orchestrator.domain.calendar.schedule_of_change import MissedChoice
from orchestrator.domain.text.model_base import Many, Noun, Seconds, Text


class StartPutOff(Noun):
    """It was due and waits for other deployments, for these reasons; it starts when they are over."""

    kind: Literal["start_put_off"] = "start_put_off"
    reasons: Many[Text]
    by: Text


class StartMissed(Noun):
    """Nobody started it in time: by how many seconds, what is done by the rule of the plan, and why."""

    kind: Literal["start_missed"] = "start_missed"
    late: Seconds
    choice: MissedChoice
    reason: Text
    by: Text
