"""The disposal of a record whose time is over: events of the house, for the deployment's own are gone."""

from typing import Annotated, Literal

from pydantic import Field

from orchestrator.domain.authority.word import Spoken
from orchestrator.domain.text.model_base import Many, Moment, Name, Noun, Sha256, Text


class DisposalBegun(Noun):
    """A person disposes of the record of a deployment; from now on it may be gone in part, and only the end follows.

    `size`, `root`: the head of its sealed tree, which this is about; a record that grew since is another one. `rule`: the
    policy that gave the time, None where it is the usual one; `retention`: that time in seconds. What others ask of it is
    kept: `consumed` are nonces of the approvals that it used up; `machines` are those of a live environment (`live`), or of
    one that its `policy` named (`named`).
    """

    kind: Literal["disposal_begun"] = "disposal_begun"
    deployment: Name
    size: Annotated[int, Field(ge=1)]
    root: Sha256
    release: Text
    version: Text
    began: Moment
    ended: Moment
    archived: Moment
    until: Moment
    rule: Text | None = None
    retention: float
    consumed: Many[str] = ()
    environment: Text
    live: bool = False
    named: bool = False
    policy: Text | None = None
    machines: Many[str] = ()
    by: Text
    reason: Text
    spoken: Spoken | None = None


class DisposalFinished(Noun):
    """Nothing of the record is left but the leaves of its seal; `begun` is the number of the event that began the disposal."""

    kind: Literal["disposal_finished"] = "disposal_finished"
    deployment: Name
    begun: Annotated[int, Field(ge=1)]
    by: Text
