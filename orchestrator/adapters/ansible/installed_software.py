"""The versions of orch, Ansible and Python that drive and run attempts here."""

import platform
from importlib import metadata

from orchestrator import __version__

RUNS_PLAYBOOKS = ("ansible-core", "ansible-runner", "mitogen")


def installed_software() -> dict[str, str]:
    """Versions by name. A package that is not installed is left out."""
    versions = {"orch": __version__, "python": platform.python_version()}
    for package in RUNS_PLAYBOOKS:
        # The distribution's own words: to import Ansible takes half a second.
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return versions
