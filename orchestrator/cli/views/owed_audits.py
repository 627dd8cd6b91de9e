"""Audits that environments owe, in a line each."""

from __future__ import annotations

from datetime import datetime

import click

from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.lookup.due_audits import audits_due
from orchestrator.engine.ports import Ports
from orchestrator.policy.telling.words.audit_words import owed_words


def say_owed_audits(ports: Ports, now: datetime) -> None:
    """Print them on standard error, beside a list of something else."""
    for due in audits_due(ports, now):
        click.echo(plain(owed_words(due.environment, due.due, due.fault), 900), err=True)
