"""Asking checks again until they pass or their time is over, within the one round trip."""

from __future__ import annotations

import _thread
import time

from orchestrator.adapters.ssh.on_target.checks import evaluate
from orchestrator.adapters.ssh.on_target.view import View

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_SLOW = ("http", "tcp", "command")


class Rounds:
    """All checks of one request: those that may wait each in a thread, the others round by round over one view."""

    def __init__(self, checks: list[dict[str, Any]], deadline: float) -> None:
        self.checks = checks
        self.deadline = deadline
        self.started = time.monotonic()
        self.answers: dict[str, list[Any]] = {}

    def run(self) -> dict[str, list[Any]]:
        """Answer, finding and seconds by the check's number; what did not end in time is inconclusive."""
        slow = [check for check in self.checks if check["kind"] in _SLOW]
        waiting = [self._begun(check) for check in slow]
        self._until_settled([check for check in self.checks if check["kind"] not in _SLOW])
        for settled in waiting:
            settled.acquire(timeout=max(0.0, self.deadline - time.monotonic()))
        late = ["inconclusive", "not evaluated in time", round(time.monotonic() - self.started, 3)]
        return {str(check["number"]): self.answers.get(str(check["number"]), late) for check in self.checks}

    def _begun(self, check: dict[str, Any]) -> _thread.LockType:
        """Ask a check in a thread of its own; the lock is free when it is settled."""
        settled = _thread.allocate_lock()
        settled.acquire()

        def ask() -> None:
            try:
                self._until_settled([check])
            finally:
                settled.release()

        _thread.start_new_thread(ask, ())
        return settled

    def _until_settled(self, checks: list[dict[str, Any]]) -> None:
        due = dict.fromkeys((check["number"] for check in checks), self.started)
        while due:
            now = time.monotonic()
            asked = [check for check in checks if due.get(check["number"], now + 1) <= now]
            view = View(asked)
            for check in asked:
                answer, finding = evaluate(check, view)
                elapsed = time.monotonic() - self.started
                self.answers[str(check["number"])] = [answer, finding, round(elapsed, 3)]
                due[check["number"]] = time.monotonic() + max(0.1, check["every"])
                if answer == "passed" or elapsed >= check["within"]:
                    del due[check["number"]]
            if due:
                time.sleep(max(0.0, min(due.values()) - time.monotonic()))
