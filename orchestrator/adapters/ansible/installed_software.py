"""The versions of orch and of what it brings, and of the Ansible that runs attempts here."""

import platform
from importlib import metadata

from orchestrator import __version__

BESIDE_ORCH = ("ansible-runner", "mitogen")


def installed_software(core: str) -> dict[str, str]:
    """Versions by name, with `core` of ansible-core. A package that is not installed is left out."""
    versions = {"orch": __version__, "python": platform.python_version(), "ansible-core": core}
    for package in BESIDE_ORCH:
        # The distribution's own words: to import Ansible takes half a second.
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return versions
