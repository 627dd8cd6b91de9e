"""`orch` as a process in a folder, run to its end."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path


def orch_in(
    folder: Path, environment: Mapping[str, str], *words: str, seconds: float = 280
) -> subprocess.CompletedProcess[str]:
    """One command, with what it printed. Raises TimeoutExpired."""
    return subprocess.run(
        [sys.executable, "-m", "orchestrator", *words],
        cwd=folder,
        env=dict(environment),
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
