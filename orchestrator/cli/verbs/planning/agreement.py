"""The one question that `orch init` asks."""

from __future__ import annotations

import sys

import click

from orchestrator.errors import Cancelled, UsageFault


def agree(*, yes: bool) -> None:
    """Returns where the person agrees. Raises UsageFault where nobody can be asked, Cancelled for a no."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageFault(
            "There is no terminal to ask in, and nothing was written: add --yes, or --dry-run to see what would be."
        )
    if not click.confirm("Write them?", err=True):
        raise Cancelled("Nothing was written.")
