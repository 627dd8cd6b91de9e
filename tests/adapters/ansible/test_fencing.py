"""The fence on a host, run by the shell of this machine in a folder of its own."""

import subprocess
from pathlib import Path

import pytest

from orchestrator.adapters.ansible import fencing

LATER = "1800000000"


def fence(folder: Path, kept: str) -> tuple[int, str]:
    """Exit code and words of the fence for a run of epoch 1,800,000,000, on a host that keeps this."""
    (folder / "epoch").write_text(kept)
    script = fencing._KEEP.replace("d=/var/lib/orch;", f"d={folder};").replace("l=/run", f"l={folder}")
    command = ["/bin/sh", "-c", script, "fence", LATER, "", ""]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    return ended.returncode, ended.stdout.strip()


@pytest.mark.parametrize(
    ("kept", "code", "words"),
    [
        ("1700000000\n", 0, f"orch fence ok {LATER} end"),
        (f"{LATER}\n", 0, f"orch fence ok {LATER} end"),
        ("1900000000\n", 77, "orch fence newer 1900000000 end"),
        ("9223372036854775808\n", 78, "orch fence failed unreadable end"),
        ("9" * 5000, 78, "orch fence failed unreadable end"),
        ("-1\n", 78, "orch fence failed unreadable end"),
        ("nan\n", 78, "orch fence failed unreadable end"),
    ],
)
def test_an_epoch_that_makes_no_sense_lets_no_run_pass(
    tmp_path: Path, kept: str, code: int, words: str
) -> None:
    assert fence(tmp_path, kept) == (code, words)
