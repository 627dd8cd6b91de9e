"""orch's own accelerator, as seen before a run: with which series of ansible-core it works (docs/adr/0128)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestrator.adapters.ansible.installation import own_installation

if TYPE_CHECKING:
    from orchestrator.adapters.ansible.installation import AnsibleInstallation

VARIABLE, THREADED = "ORCH_ACCELERATE", "ORCH_THREADED_PLUGINS"
SERIES = ((2, 19), (2, 20), (2, 21), (2, 22))
"""Those whose private parts it knows; in a run it looks whether they are there."""


def lacking(installation: AnsibleInstallation | None = None) -> str | None:
    """Why it cannot be had with this Ansible [default: orch's own], or None."""
    if installation is not None and installation.image:
        return "orch's own accelerator is not for runs in an image"
    return None


def stock(installation: AnsibleInstallation | None = None) -> str | None:
    """Why a run under this Ansible [default: orch's own] goes Ansible's own way; None: it is accelerated."""
    chosen = own_installation() if installation is None else installation
    if chosen.series in SERIES:
        return None
    known = ", ".join(f"{major}.{minor}" for major, minor in SERIES)
    return f"ansible-core {chosen.core_version} is none of {known}"
