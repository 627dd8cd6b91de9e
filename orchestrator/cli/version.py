"""`orch --version`: orch's version, its commit, and Ansible's version."""

from __future__ import annotations

import click

from orchestrator import __version__
from orchestrator.bootstrap.versions import PACKAGE, ansible_version, commit_of


def show_version(ctx: click.Context) -> None:
    """Print the versions and end the command."""
    click.echo(f"orch {__version__}, {commit_of(PACKAGE)}, ansible-core {ansible_version()}")
    ctx.exit()
