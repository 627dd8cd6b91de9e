"""Labs for tests: a name of the test process's own, and taken down whatever happens."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from orchestrator.lab.fleet import Lab, take_down


def lab_name_for(use: str) -> str:
    """The name of this process's lab for a use."""
    return f"test-{use}-{os.getpid()}"


@contextmanager
def lab_for(use: str, hosts: int, *, light: bool = False) -> Iterator[Lab]:
    """A lab as long as the block lasts."""
    name = lab_name_for(use)
    try:
        yield Lab.up(name, hosts, light=light)
    finally:
        take_down(name)
