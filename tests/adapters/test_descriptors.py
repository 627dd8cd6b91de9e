"""The limit of open files, raised in a process of its own."""

import subprocess
import sys

PROGRAM = """
import resource
from orchestrator.adapters.process import raise_descriptor_limit
resource.setrlimit(resource.RLIMIT_NOFILE, (256, 4096))
print(raise_descriptor_limit(), resource.getrlimit(resource.RLIMIT_NOFILE)[0], raise_descriptor_limit())
"""


def test_the_limit_is_raised_to_what_the_machine_permits() -> None:
    ended = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert ended.stdout.split() == ["4096", "4096", "4096"]
