"""The schedule of change: approved and proposed deployments with their dates (ISO/IEC 20000-1 9.2)."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from orchestrator.domain.text.model_base import HostName, Many, Moment, Name, Noun, Sha256, Text
from orchestrator.domain.text.validation_error import wrong

BookingState = Literal["proposed", "approved", "running", "over", "withdrawn"]
MissedStart = Literal["start while open", "ask", "skip"]
MissedChoice = Literal["start", "ask", "skip"]
"""The options for a missed start."""

BOOKED: tuple[BookingState, ...] = ("proposed", "approved", "running")


class PlannedStart(Noun):
    """When a deployment starts, what happens if the start is missed, and which machine answered for each host."""

    starts: Moment
    missed: MissedStart
    machines: dict[HostName, Text] = {}


class Booking(Noun):
    """One deployment with its time and what it changes.

    `machines` are hosts by the identity of their machine, whatever name it has; hosts in `by_address` are known by address
    only, because they have not been contacted yet. `ends` is None where the end is unknown: the booking then has no end;
    `basis` is the source of `ends`. `missed` is the plan's choice for a missed start. `stands` is the lifecycle state.
    `persons` are those whom it keeps busy.
    `blocked_by` lists the freezes that block the start, and `window` where none is open then, except those that are
    overridden. `revision` grows with every change; `changed_at` is the time of the last one.
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
    by_address: Many[HostName] = ()
    cis: Many[Text] = ()
    service: Text | None = None
    depends_on: Many[Text] = ()
    rfcs: Many[Text] = ()
    persons: Many[Text] = ()
    plan_digest: Sha256 | None = None
    by: Text
    missed: MissedStart = "ask"
    blocked_by: Many[Text] = ()
    stands: str = ""
    basis: str = ""
    booked_at: Moment | None = None
    changed_at: Moment | None = None
    revision: Annotated[int, Field(ge=0)] = 0

    @model_validator(mode="after")
    def _starts_before_it_ends(self) -> "Booking":
        if self.ends is not None and self.ends <= self.starts:
            raise wrong("an end after the start", "correct one of the two", at="ends")
        return self

    @property
    def is_booked(self) -> bool:
        """Whether it still occupies its time."""
        return self.state in BOOKED


class MarkedSpan(Noun):
    """A stretch of time in which a maintenance window is open or a freeze binds, with the policy that declares it."""

    kind: Literal["window", "freeze"]
    name: Name
    policy: Name
    opens: Moment
    closes: Moment
    reason: str = ""
