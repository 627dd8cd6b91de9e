"""A module has the descriptors and the encodings that it has as a program of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from tests.adapters.ansible.accelerator.local_agents import Library, local

SHOWS = """
import json, os, sys
open_ones = sorted(int(name) for name in os.listdir("/proc/self/fd"))
stdin = [sys.stdin.encoding, sys.stdin.errors, sys.stdin.read()]
print(json.dumps([open_ones, stdin, [sys.stdout.encoding, sys.stdout.errors]]))
"""


def test_they_are_those_of_a_program() -> None:
    alone = subprocess.run(
        [sys.executable, "-c", SHOWS], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True
    )
    channel = local()
    try:
        ended = Library().run(channel, SHOWS)
    finally:
        channel.close()
    assert ended.code == 0, ended.err
    assert json.loads(ended.out) == json.loads(alone.stdout), os.environ.get("LC_ALL")
