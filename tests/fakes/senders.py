"""Senders that send at once, in this very process."""

from collections.abc import Callable

from orchestrator.engine.messaging_ports import Senders


def _nothing(deployment: str) -> object:
    return None


class FakeSenders(Senders):
    """`send` stands for the process, which has ended when `begin` returns, unless it is `busy`; `gone`: none can be started."""

    def __init__(self) -> None:
        self.send: Callable[[str], object] = _nothing
        self.begun: list[str] = []
        self.busy = False
        self.gone = False

    def begin(self, deployment: str, *, last: bool = False) -> bool:
        """See the port."""
        if self.gone or (self.busy and not last):
            return False
        self.begun.append(deployment)
        self.send(deployment)
        return True
