"""Channels that a test owns: what was sent by each, and which are down."""

from collections.abc import Mapping

from orchestrator.domain.rules.channels import ChannelKind
from orchestrator.engine.messaging_ports import Channels, Message


class FakeChannels(Channels):
    """Sends by every channel; `down` says why those of a test take nothing, `known` what channels.yml would have."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, Message]] = []
        self.down: dict[str, str] = {}
        self.asked = 0
        self.known: dict[str, ChannelKind] = {}

    def send(self, channel: str, message: Message) -> str:
        """See the port."""
        self.asked += 1
        if channel in self.down:
            return self.down[channel]
        self.sent.append((channel, message))
        return ""

    def kinds(self) -> Mapping[str, ChannelKind]:
        """See the port."""
        return self.known
