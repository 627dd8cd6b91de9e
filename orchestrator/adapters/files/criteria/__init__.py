"""Capability criteria that are shipped, as YAML files."""

from pathlib import Path


def deployment_management() -> Path:
    """The criteria of ITIL 4 deployment management."""
    return Path(__file__).parent / "itil4-deployment-management.yml"
