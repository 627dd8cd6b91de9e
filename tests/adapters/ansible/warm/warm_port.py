"""A port with a zygote behind it, and what a test asks of both."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

from orchestrator.adapters import process
from orchestrator.adapters.ansible.playbooks import AnsiblePlaybooks
from orchestrator.adapters.ansible.warm import WarmStart
from orchestrator.domain.evidence.attempt_sighting import Sighting
from tests.adapters.ansible.local_runs import request, wait_for


class Warm:
    """The port, and the zygote behind it."""

    def __init__(self, root: Path, answers_within: float = 30.0, ready_within: float = 60.0) -> None:
        self.root = root
        self.start = WarmStart(answers_within, ready_within)
        self.port = AnsiblePlaybooks(root / "attempts", warm=self.start)

    def run(self, attempt: str, **variables: str) -> str:
        """Start a run that writes a line into log; the program of its worker."""
        log = str(self.root / "log")
        self.port.start(request(attempt, "deploy.yml", variables={"log": log, **variables}))
        wait_for(self.root / "attempts" / attempt / "claim.json")
        claim = json.loads((self.root / "attempts" / attempt / "claim.json").read_text())
        return Path(f"/proc/{claim['pid']}/cmdline").read_text()

    def kill(self, number: signal.Signals = signal.SIGKILL) -> int:
        pid = self.start.pid
        assert pid is not None
        os.kill(pid, number)
        return pid


def done(seen: Sighting) -> bool:
    assert seen.outcome is not None
    return [host.result for host in seen.outcome.hosts] == ["done"]


def gone(pid: int, seconds: float = 10.0) -> bool:
    """A zombie nobody waited for is gone too."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if not process.alive(process.identity(pid)):
                return True
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False


NO_ROOM = "a" * 201
"""The name of an attempt whose worker starts in the cold."""
