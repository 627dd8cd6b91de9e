"""The schedule of change: approved and proposed deployments with their dates (ISO/IEC 20000-1 9.2)."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from orchestrator.domain.text.model_base import HostName, Many, Moment, Name, Noun, Sha256, Text
from orchestrator.domain.text.validation_error import wrong

BookingState = Literal["proposed", "approved", "running", "over", "withdrawn"]
MissedStart = Literal["start while open", "ask", "skip"]
MissedChoice = Literal["start", "ask", "skip"]
"""What is done with a start that was missed."""

BOOKED: tuple[BookingState, ...] = ("proposed", "approved", "running")


class PlannedStart(Noun):
    """When a deployment is to start, what becomes of a missed start, and which machine answered for each host by then."""

    starts: Moment
    missed: MissedStart
    machines: dict[HostName, Text] = {}


class Booking(Noun):
    """One deployment with its time, and what it will touch.

    `machines` are hosts by the identity of their machine, which is one machine whatever it is called; hosts in `by_address`
    are known by their address only, because nobody has asked them yet. `ends` None: nobody knows yet, and it may last for
    ever; `basis` says where `ends` comes from. `missed` says what becomes of it when nobody started it in time. `stands`
    is its state in the words of the lifecycle. `blocked_by` are the freezes that bind its start, and `window` where none is
    open then, as far as nobody has lifted them. `revision` grows with every change, the last of which was at `changed_at`.
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
        """Whether it still takes up its time."""
        return self.state in BOOKED


class MarkedSpan(Noun):
    """A stretch of time in which a maintenance window is open, or a freeze binds, with the policy that says so."""

    kind: Literal["window", "freeze"]
    name: Name
    policy: Name
    opens: Moment
    closes: Moment
    reason: str = ""
