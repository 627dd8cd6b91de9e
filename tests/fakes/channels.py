"""Channels that a test owns: what was sent by each, and which are down."""

from collections.abc import Sequence

from orchestrator.engine.messaging_ports import Channels, Message


class FakeChannels(Channels):
    """Knows every channel; `down` says why those of a test take nothing."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, Message]] = []
        self.down: dict[str, str] = {}
        self.asked = 0

    def send(self, channel: str, message: Message) -> str:
        """See the port."""
        self.asked += 1
        if channel in self.down:
            return self.down[channel]
        self.sent.append((channel, message))
        return ""

    def names(self) -> Sequence[str]:
        """See the port."""
        return tuple(dict.fromkeys(channel for channel, _ in self.sent))
