"""Work that hangs on what is removed or transferred, said to be done."""

from typing import Literal

from orchestrator.domain.authority.word import Spoken
from orchestrator.domain.text.model_base import Noun, Text


class DutyDone(Noun):
    """A person says that a piece of due work is done; `duty` is its path in the plan, `note` what shows it."""

    kind: Literal["duty_done"] = "duty_done"
    duty: Text
    by: Text
    note: Text
    spoken: Spoken | None = None
