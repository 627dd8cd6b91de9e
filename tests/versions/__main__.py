"""Runs the suites of runs and inspections under each Ansible of .venv-versions: `python -m tests.versions [SERIES...]`.

Prints a table: series, Python, passed, failed, skipped, time. What fails is kept in .venv-versions/SERIES.log. Ends with 0 when
nothing failed and something ran, else with 1.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

from setup import versions

ROOT = Path(__file__).resolve().parents[2]
SUITES = (
    "tests/versions",
    "tests/fleet/test_lying_playbooks.py",
    "tests/fleet/test_redirected_playbooks.py",
    "tests/fleet/test_deployments.py::test_an_upgrade_in_waves_and_its_rollback",
    "tests/fleet/test_deployments.py::test_a_killed_orchestrator_loses_nothing_and_repeats_nothing",
    "tests/adapters/ansible/test_inspection.py",
    "tests/adapters/ansible/test_evidence_entry.py",
    "tests/adapters/ansible/test_attempts.py",
    "tests/adapters/ansible/test_kept_text.py",
    "tests/adapters/ansible/test_opens.py",
    "tests/adapters/ansible/test_canary_hunt.py",
)
_COUNTS = ("passed", "failed", "error", "skipped")


def under(series: str) -> tuple[str, bool]:
    """A row of the table for one series, and whether it is well."""
    folder = versions.environment_of(series)
    python = subprocess.run(
        [str(folder / "bin/python"), "-c", "import platform; print(platform.python_version())"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    log, began = ROOT / f".venv-versions/{series}.log", time.monotonic()
    with log.open("w") as file:
        code = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-n", "0", "-m", "not slow", *SUITES],
            cwd=ROOT,
            env={**os.environ, "ORCH_TEST_ANSIBLE": str(folder), "ORCH_ANSIBLE": str(folder)},
            stdout=file,
            stderr=subprocess.STDOUT,
            check=False,
        ).returncode
    last = (log.read_text().splitlines() or [""])[-1]
    counts = [(re.search(rf"(\d+) {word}", last) or ["", "0"])[1] for word in _COUNTS]
    row = f"{series:8}{python:10}" + "".join(f"{count:>9}" for count in counts)
    return f"{row}{time.monotonic() - began:8.0f} s", code == 0


def main(chosen: list[str]) -> int:
    """0 when every suite passed under every Ansible that is there, and there is one."""
    made = [series for series in chosen or versions.SERIES if versions.is_made(series)]
    print(f"{'core':8}{'python':10}" + "".join(f"{word:>9}" for word in _COUNTS) + f"{'time':>10}")
    well = []
    for series in made:
        row, good = under(series)
        print(row + ("" if good else f"   see .venv-versions/{series}.log"), flush=True)
        well.append(good)
    return 0 if well and all(well) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
