"""Which Ansible tests of runs and inspections use: orch's own, or what ORCH_TEST_ANSIBLE names (make versions)."""

from __future__ import annotations

import os
from pathlib import Path

from orchestrator.adapters.ansible.installation import AnsibleInstallation, find_installation


def _named() -> AnsibleInstallation | None:
    named = os.environ.get("ORCH_TEST_ANSIBLE")
    return find_installation(named=Path(named), environment=os.environ) if named else None


INSTALLATION = _named()
"""None: orch's own."""
SERIES = (2, 19) if INSTALLATION is None else INSTALLATION.series
