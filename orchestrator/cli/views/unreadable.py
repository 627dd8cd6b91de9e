"""Deployments that cannot be read, as lines for people on stderr."""

from __future__ import annotations

import click

from orchestrator.engine.lookup.snapshots import Survey
from orchestrator.engine.lookup.unreadable import unreadable_words


def say_unreadable(survey: Survey) -> None:
    """Name each deployment that cannot be read; no other is stopped by it."""
    for line in unreadable_words(survey):
        click.echo(line, err=True)
