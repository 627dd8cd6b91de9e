"""The ports of messages to people. Their docstrings are their contracts."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue

from orchestrator.domain.plan.communication import MessageMoment
from orchestrator.domain.rules.channels import ChannelKind

MessageFacts = dict[str, JsonValue]
"""What a template can say: text of one line each, numbers, and lists of such text."""


@dataclass(frozen=True, slots=True)
class MessageText:
    """The subject, one line, and the text of a message; nothing in it is markup."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `id` is equal at each try. `facts` are for receivers that are programs."""

    id: str
    moment: MessageMoment
    to: tuple[str, ...]
    text: MessageText
    facts: MessageFacts


class Channels(ABC):
    """The channels of the house, by name."""

    @abstractmethod
    def send(self, channel: str, message: Message) -> str:
        """Send the message once, and return why it could not be sent; empty where the channel took it.

        Raises nothing, and returns in time: a channel that hangs is a reason. No reason holds a secret of the channel.
        """

    @abstractmethod
    def kinds(self) -> Mapping[str, ChannelKind]:
        """The kind of each channel, by name. Raises PlanFault for a file of channels with faults."""


class NoChannels(Channels):
    """There is no channel here: every try says so."""

    def send(self, channel: str, message: Message) -> str:
        """See the port."""
        return "no channels are wired"

    def kinds(self) -> Mapping[str, ChannelKind]:
        """See the port."""
        return {}


class MessageTexts(ABC):
    """The templates of messages: those of a project, else those that are shipped."""

    @abstractmethod
    def written(self, moment: MessageMoment, facts: MessageFacts, project: Path) -> MessageText:
        """The text for this moment, by `messages/MOMENT.j2` of the project if there is one.

        Raises PlanFault for a template with a fault.
        """


class PlainTexts(MessageTexts):
    """No templates: the facts, a line each."""

    def written(self, moment: MessageMoment, facts: MessageFacts, project: Path) -> MessageText:
        """See the port."""
        lines = [f"{name}: {value}" for name, value in facts.items() if value not in ("", [])]
        return MessageText(f"{facts['deployment']}: {moment}", "\n".join(lines))


class Senders(ABC):
    """Processes that send what a deployment owes, so that no driver waits for a channel."""

    @abstractmethod
    def begin(self, deployment: str, *, last: bool = False) -> bool:
        """Have the owed messages sent by another process. Returns at once; raises nothing.

        False where the sender of this process for the deployment still runs, or none could be started: ask again later.
        `last`: this process asks no more, so one follows the sender that still runs, which may have looked already.
        """


class NoSenders(Senders):
    """Nobody sends; `orch run-due` and `orch messages send` do it later."""

    def begin(self, deployment: str, *, last: bool = False) -> bool:
        """See the port."""
        return True
