"""Which Ansible tests of runs and inspections use: orch's own, or what ORCH_TEST_ANSIBLE names (make versions)."""

from __future__ import annotations

import os
from pathlib import Path

from orchestrator.adapters.ansible.installation import AnsibleInstallation, FirstFound, other_than_own

_NAMED = os.environ.get("ORCH_TEST_ANSIBLE")
CHOICE = FirstFound(Path(_NAMED), os.environ) if _NAMED else None
"""None: orch's own."""


def installation() -> AnsibleInstallation | None:
    """The Ansible that was named; None: orch's own."""
    return other_than_own(CHOICE)


def series() -> tuple[int, int]:
    """The series of ansible-core that tests use."""
    return (2, 19) if CHOICE is None else CHOICE.installation.series
