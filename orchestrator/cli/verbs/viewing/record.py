"""`orch record`: what was done, by whom, when, on what authority and with what result."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from orchestrator.cli.options.common_options import json_option
from orchestrator.cli.verbs.viewing.attachments import attachments
from orchestrator.cli.verbs.viewing.record_forms import FORMS
from orchestrator.cli.views.whole_file import write_whole
from orchestrator.cli.wiring import ports_to_look as ports_of_home
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.events import Recorded
from orchestrator.engine.lookup.deployment_lookup import find
from orchestrator.engine.ports import Ports
from orchestrator.errors import OrchError, UsageFault

if TYPE_CHECKING:
    from orchestrator.adapters.report.signatures import Signatures

Command = TypeVar("Command", bound=Callable[..., None])


@click.group()
def record() -> None:
    """Deployment records: the evidence of each deployment."""


record.add_command(attachments)


def _file(form: str, words: str) -> Callable[[Command], Command]:
    return click.option(form, type=click.Path(dir_okay=False, path_type=Path), help=words)


@record.command()
@click.argument("deployment", required=False)
@_file("--html", "Write the whole record to this file, as one page that needs nothing else.")
@_file("--pdf", "Write the record to this file, to print and to archive (PDF/A-3, tagged).")
@_file("--csv", "Write every answer of every check to this file, as CSV for spreadsheets.")
@_file(
    "--junit",
    "Write checks, runs and the end to this file, as JUnit XML for servers of continuous integration.",
)
@json_option
def show(deployment: str | None, *, as_json: bool, **files: Path | None) -> None:
    """Show the record of DEPLOYMENT [default: the open one, else the newest].

    The record is text, files (--html, --pdf, --csv, --junit; several at once), or the journal itself in JSON lines (--json).
    Each signature is verified by the keys that are trusted now.
    """
    wanted = {form: file for form, file in files.items() if file is not None}
    if wanted and as_json:
        forms = " and ".join(f"--{form}" for form in (*wanted, "json"))
        raise UsageFault(
            f"{forms} are forms of the record; --json prints and writes no file: ask for it alone."
        )
    ports = ports_of_home()
    current = find(ports, deployment)
    records = ports.journal.read(current.id)
    signatures = _signatures(ports, current, records)
    if as_json:
        from orchestrator.cli.views.json_lines import JsonLines

        lines = JsonLines()
        for each in records:
            lines(each)
        lines.ended(current, signatures.values())
    elif wanted:
        for form, file in wanted.items():
            write_whole(file, FORMS[form](ports, current, records, signatures))
            click.echo(f"The record of {current.id} is in {file}")
    else:
        from orchestrator.adapters.report import text_record

        click.echo(text_record(records, ports.clock.now(), signatures), nl=False)


def _signatures(ports: Ports, d: Deployment, records: list[Recorded]) -> Signatures:
    """The worth of each signature. Where the keys cannot be read, the record says that none was verified."""
    from orchestrator.engine.lookup.signature_check import signatures_of

    try:
        return signatures_of(ports, d, records)
    except OrchError as unreadable:
        click.echo(f"No signature was verified, because the keys cannot be read: {unreadable}", err=True)
        return {}
