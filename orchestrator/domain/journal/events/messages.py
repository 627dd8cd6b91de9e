"""Messages of the communication plan that were sent, or could not be."""

from typing import Annotated, Literal

from pydantic import Field

from orchestrator.domain.plan.communication import MessageMoment
from orchestrator.domain.text.model_base import Many, Moment, Name, Noun, Text

MessageId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$")]
"""The deployment, the number of the moment in it, and the number of the entry in its communication plan."""


class MessageTry(Noun):
    """One try of one message. `again`: when it is tried again; a failed one without it is given up.

    `sent` says that the channel took it, not that somebody read it. `reason` is why it failed, and holds no secret.
    """

    message: MessageId
    moment: MessageMoment
    audience: Text
    channel: Name
    to: Many[str] = ()
    result: Literal["sent", "failed"]
    reason: str = ""
    again: Moment | None = None


class MessagesTried(Noun):
    """Messages were sent, or could not be."""

    kind: Literal["messages_tried"] = "messages_tried"
    tries: Many[MessageTry]
