"""Requests that are remembered in memory."""

from datetime import datetime, timedelta

from orchestrator.engine.repeat_ports import Answer, Begun, Repeats


class FakeRepeats(Repeats):
    """Forgets after a day, as the port says."""

    def __init__(self) -> None:
        self.known: dict[str, tuple[str, datetime, Answer | None]] = {}

    def begin(self, name: str, request: str, now: datetime) -> Begun:
        before = self.known.get(name)
        if before is None or before[1] <= now:
            self.known[name] = (request, now + timedelta(days=1), None)
            return "new"
        if before[0] != request:
            return "other_request"
        return before[2] or "under_way"

    def end(self, name: str, answer: Answer | None) -> None:
        if answer is None:
            self.known.pop(name, None)
        elif name in self.known:
            request, until, _ = self.known[name]
            self.known[name] = (request, until, answer)
