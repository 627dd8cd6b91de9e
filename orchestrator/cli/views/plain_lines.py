"""One plain line for each event, for logs, pipes and terminals that cannot be redrawn."""

from __future__ import annotations

from collections.abc import Callable

import click

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.fold import apply
from orchestrator.domain.journal.events import Recorded
from orchestrator.domain.text.plain_text import plain
from orchestrator.policy.telling.next_moves import next_moves
from orchestrator.policy.telling.summary import plain_words
from orchestrator.policy.telling.timeline_builder import telling_of_record


class PlainLines:
    """A watcher that prints each event as it comes."""

    def __init__(self, echo: Callable[[str], None] = click.echo) -> None:
        self._echo = echo
        self._deployment: Deployment | None = None

    def __enter__(self) -> PlainLines:
        return self

    def __exit__(self, *exception: object) -> None:
        return None

    def __call__(self, record: Recorded) -> None:
        self._deployment = apply(self._deployment, record)
        for line in lines_of(record, self._deployment):
            self._echo(line)

    def notice(self, text: str) -> None:
        """Print a message that is not on the journal, on the error stream."""
        click.echo(text, err=True)

    def ended(self, d: Deployment) -> None:
        """The result in plain words, and what to do next."""
        for line in ending_lines(d):
            self._echo(line)


def ending_lines(d: Deployment) -> list[str]:
    """The result in plain words, and what to do next."""
    return ["", *plain_words(d), "", "next:", *(f"  {move}" for move in next_moves(d))]


def lines_of(record: Recorded, d: Deployment) -> list[str]:
    """The lines of one event: the time of day, where, and what; most events have one."""
    time = f"{record.at.astimezone():%H:%M:%S}"
    lines = telling_of_record(record, d).lines
    return [f"{time} {plain(where, 40):<12} {plain(what, 400)}" for where, what in lines]
