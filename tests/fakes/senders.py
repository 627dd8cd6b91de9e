"""Senders that send at once, in this very process."""

from collections.abc import Callable

from orchestrator.engine.messaging_ports import Senders


def _nothing(deployment: str) -> object:
    return None


class FakeSenders(Senders):
    """`send` stands for the process, which has ended when `begin` returns, unless it is `busy`."""

    def __init__(self) -> None:
        self.send: Callable[[str], object] = _nothing
        self.begun: list[str] = []
        self.busy = False

    def begin(self, deployment: str) -> bool:
        """See the port."""
        if self.busy:
            return False
        self.begun.append(deployment)
        self.send(deployment)
        return True
