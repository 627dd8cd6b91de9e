"""One run as a driver waits for it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orchestrator.engine.ports import PlaybookRuns


def is_done(playbooks: PlaybookRuns, attempt: str, poll: float) -> bool:
    """Wait for an attempt that was started; whether every host is done. Prints what is wrong where not."""
    while (sighting := playbooks.sight(attempt)).state == "running":
        time.sleep(poll)
    outcome = sighting.outcome
    if outcome is not None and all(host.result == "done" for host in outcome.hosts):
        return True
    print(sighting.state, outcome and (outcome.faults, outcome.hosts[:3]))
    return False
