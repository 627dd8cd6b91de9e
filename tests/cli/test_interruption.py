"""Ctrl-C on a real process pauses it when pressed once, and leaves it when pressed twice."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SCRIPT = """
import subprocess, sys, time
from orchestrator.cli.interruption import Interruption
def say(word): print(word, flush=True)
with Interruption(lambda: say("pausing"), lambda: say("leaving")):
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1.5)"])
    say("ready")
    for _ in range(int(float(sys.argv[1]) * 20)):
        time.sleep(0.05)
    say(f"child ended with {child.wait()}")
say("done")
"""


def started(root: Path, seconds: float) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(seconds)],
        cwd=root,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def press(process: subprocess.Popen[str]) -> None:
    """As a terminal does: SIGINT to the whole foreground process group."""
    os.killpg(process.pid, signal.SIGINT)


def test_once_pauses_and_cuts_nothing_off(root: Path) -> None:
    process = started(root, 2)
    press(process)
    out, _ = process.communicate(timeout=20)
    assert out.splitlines() == ["pausing", "child ended with 0", "done"]
    assert process.returncode == 0


def test_twice_leaves_at_once(root: Path) -> None:
    process = started(root, 30)
    press(process)
    assert process.stdout is not None
    assert process.stdout.readline() == "pausing\n"
    began = time.monotonic()
    press(process)
    out, _ = process.communicate(timeout=20)
    assert out.splitlines() == ["leaving"]
    assert process.returncode == 130
    assert time.monotonic() - began < 3


@pytest.mark.parametrize("seconds", [0.1])
def test_not_pressed_nothing_happens(root: Path, seconds: float) -> None:
    process = started(root, seconds)
    out, _ = process.communicate(timeout=20)
    assert out.splitlines() == ["child ended with 0", "done"]


def test_a_process_that_stood_still_was_not_told_to_pause(root: Path) -> None:
    process = started(root, 2)
    os.killpg(process.pid, signal.SIGSTOP)  # Ctrl-Z, and fg
    time.sleep(0.5)
    os.killpg(process.pid, signal.SIGCONT)
    out, _ = process.communicate(timeout=20)
    assert out.splitlines() == ["child ended with 0", "done"]
