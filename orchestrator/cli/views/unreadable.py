"""Deployments that cannot be read, or that the journal has lost, as lines for people on stderr."""

from __future__ import annotations

import click

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.engine.lookup.lost_history import lost_history_words
from orchestrator.engine.lookup.snapshots import Survey
from orchestrator.engine.lookup.unreadable import unreadable_words
from orchestrator.engine.ports import Ports


def say_unreadable(survey: Survey) -> None:
    """Name each deployment that cannot be read; no other is stopped by it."""
    for line in unreadable_words(survey):
        click.echo(line, err=True)


def say_lost(ports: Ports, d: Deployment | None = None) -> None:
    """Name attempts, of this deployment too, that the journal does not know: it is an older copy."""
    for line in lost_history_words(ports, d):
        click.echo(line, err=True)
