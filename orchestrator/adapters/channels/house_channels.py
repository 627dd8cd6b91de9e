"""The channels of channels.yml: each message is sent once, by a deadline."""

from collections.abc import Callable, Mapping

from orchestrator.adapters.channels.deadline import within
from orchestrator.adapters.handed_functions import RunProgram
from orchestrator.domain.rules.channels import Channel, ChannelKind
from orchestrator.engine.messaging_ports import Channels, Message
from orchestrator.engine.ports import Clock
from orchestrator.errors import OrchError

DEADLINE = 20.0
"""Seconds after which a channel hangs."""


class ChannelsOfHouse(Channels):
    """The channels that `known` reads anew for each message, so that a correction counts for the next try."""

    def __init__(
        self,
        known: Callable[[], Mapping[str, Channel]],
        run: RunProgram,
        clock: Clock,
        seconds: float = DEADLINE,
    ) -> None:
        self._known, self._run, self._clock, self._seconds = known, run, clock, seconds

    def send(self, channel: str, message: Message) -> str:
        """See the port."""
        try:
            known = self._known().get(channel)
        except OrchError as fault:
            return str(fault)
        if known is None:
            return f"channels.yml has no channel {channel}"
        answer = within(self._seconds, lambda: self._sent(known, message))
        return f"no answer within {self._seconds:g} s" if answer is None else answer

    def kinds(self) -> Mapping[str, ChannelKind]:
        """See the port."""
        return {name: channel.kind for name, channel in self._known().items()}

    def _sent(self, channel: Channel, message: Message) -> str:
        """Whatever breaks is why it was not sent; its own words could hold a secret."""
        # Here and not above: a driver wires this port and never sends.
        from orchestrator.adapters.channels.apprise_service import send_by_apprise
        from orchestrator.adapters.channels.mail import send_mail
        from orchestrator.adapters.channels.webhook import send_webhook

        now = self._clock.now()
        try:
            if channel.mail is not None:
                return send_mail(channel.mail, message, self._run, self._seconds, now)
            if channel.webhook is not None:
                return send_webhook(channel.webhook, message, self._run, self._seconds, now)
            if channel.apprise is not None:
                return send_by_apprise(channel.apprise, message, self._run, self._seconds)
        except Exception as error:  # noqa: BLE001 - a message must never take its sender along
            return f"it cannot be sent ({type(error).__name__})"
        return "the channel has no kind"
