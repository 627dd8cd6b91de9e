"""The schedule of change: approved and proposed deployments with their dates (ISO/IEC 20000-1 9.2)."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from orchestrator.domain.noun import HostName, Many, Moment, Name, Noun, Sha256, Text
from orchestrator.domain.wrong import wrong

BookingState = Literal["proposed", "approved", "running", "over", "withdrawn"]
MissedStart = Literal["start while open", "ask", "skip"]
BOOKED: tuple[BookingState, ...] = ("proposed", "approved", "running")


class Booking(Noun):
    """One deployment with its time, and what it will touch.

    `machines` are hosts by the identity of their machine, which is one machine whatever it is called. `ends` None: nobody
    knows yet, and it may last for ever. `missed` says what becomes of it when nobody started it in time.
    """

    id: Name
    title: Text
    release: Name
    version: Text
    environment: Name
    state: BookingState
    starts: Moment
    ends: Moment | None = None
    machines: dict[Annotated[str, Field(min_length=1)], HostName] = {}
    cis: Many[Text] = ()
    service: Text | None = None
    depends_on: Many[Text] = ()
    plan_digest: Sha256 | None = None
    by: Text
    missed: MissedStart = "ask"

    @model_validator(mode="after")
    def _starts_before_it_ends(self) -> "Booking":
        if self.ends is not None and self.ends <= self.starts:
            raise wrong("an end after the start", "correct one of the two", at="ends")
        return self

    @property
    def is_booked(self) -> bool:
        """Whether it still takes up its time."""
        return self.state in BOOKED
