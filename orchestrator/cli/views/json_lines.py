"""The journal as JSON lines for programs, and a last line with the result (docs/json-lines.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import click

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.events import Recorded
from orchestrator.engine.lookup.result_line import result_of
from orchestrator.policy.authority.signature_states import StatementSignature


class JsonLines:
    """A watcher that prints each record as the journal holds it."""

    def __init__(self, echo: Callable[[str], None] = click.echo) -> None:
        self._echo = echo

    def __enter__(self) -> JsonLines:
        return self

    def __exit__(self, *exception: object) -> None:
        return None

    def __call__(self, record: Recorded) -> None:
        self._echo(record.model_dump_json(ensure_ascii=True))

    def notice(self, text: str) -> None:
        """Print a message that is not on the journal, on the error stream."""
        click.echo(text, err=True)

    def ended(self, d: Deployment, signatures: Iterable[StatementSignature] = ()) -> None:
        """Print the result line, with the signatures that were verified for it."""
        result = result_of(d).model_copy(update={"signatures": tuple(signatures)})
        self._echo(result.model_dump_json(ensure_ascii=True))
