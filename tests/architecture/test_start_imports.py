"""What starts often imports no more than it needs: the worker of each attempt, and whatever opens a store that is a file."""

from __future__ import annotations

import subprocess
import sys

import pytest

IMPORTED = """
import sys
from importlib import import_module
import_module(sys.argv[1])
print(*[name for name in sys.modules if name.startswith(sys.argv[2])])
"""


@pytest.mark.parametrize(
    ("started", "unneeded"),
    [
        ("orchestrator.adapters.ansible.worker", "orchestrator.domain.journal"),
        ("orchestrator.adapters.ansible.worker", "orchestrator.domain.deployment"),
        ("orchestrator.adapters.store", "sqlalchemy.dialects.postgresql"),
    ],
)
def test_it_is_not_imported(started: str, unneeded: str) -> None:
    shown = subprocess.run(
        [sys.executable, "-c", IMPORTED, started, unneeded], capture_output=True, text=True, check=True
    )
    assert shown.stdout.split() == []
