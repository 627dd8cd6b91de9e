"""`orch record`: what was done, by whom, when, on what authority and with what result."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import click

from orchestrator.cli.person import json_option
from orchestrator.cli.wiring import ports_to_look as ports_of_home
from orchestrator.domain.baseline import Baseline
from orchestrator.domain.deployment import Deployment
from orchestrator.domain.events import Recorded, RestorationCompared
from orchestrator.engine.finding import find
from orchestrator.engine.ports import Ports
from orchestrator.errors import OrchError, StoreFault, UsageFault
from orchestrator.policy.drift import content_lines


@click.group()
def record() -> None:
    """Deployment records: the evidence of each deployment."""


@record.command()
@click.argument("deployment", required=False)
@click.option(
    "--html",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the whole record to this file, as one page that needs nothing else.",
)
@json_option
def show(deployment: str | None, html: Path | None, as_json: bool) -> None:  # noqa: FBT001
    """Show the record of DEPLOYMENT; without it of the open one, else the newest.

    As text, as a page (--html), or as the journal itself in JSON lines (--json).
    """
    if html is not None and as_json:
        raise UsageFault("--html and --json are two forms of the record; choose one.")
    ports = ports_of_home()
    found = find(ports, deployment)
    records = ports.journal.read(found.id)
    if as_json:
        from orchestrator.cli.json_lines import JsonLines

        lines = JsonLines()
        for each in records:
            lines(each)
        lines.ended(found)
    elif html is not None:
        from orchestrator.adapters.report import html_record

        write_whole(html, html_record(records, ports.clock.now(), diffs_of(ports, found, records)))
        click.echo(f"The record of {found.id} is in {html}")
    else:
        from orchestrator.adapters.report import text_record

        click.echo(text_record(records, ports.clock.now()), nl=False)


def write_whole(path: Path, text: str) -> None:
    """Write the file whole or not at all. Raises StoreFault."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            Path(name).chmod(0o644)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise StoreFault(
            f"{path} could not be written: {error.strerror}; name a file in a folder that can be."
        ) from None


def diffs_of(ports: Ports, d: Deployment, records: list[Recorded]) -> dict[tuple[str, str], list[str]]:
    """How the text of files that differ after the backout changed, where the baselines kept their content."""
    after = {
        reference.host: reference.digest
        for each in records
        if isinstance(each.event, RestorationCompared)
        for reference in each.event.baselines
    }
    wanted: dict[str, set[str]] = {}
    for difference in d.backout.differences if d.backout is not None else ():
        if difference.kind == "file":
            wanted.setdefault(difference.host, set()).add(difference.name)
    diffs: dict[tuple[str, str], list[str]] = {}
    for host in wanted.keys() & after.keys() & d.preparation.baselines.keys():
        was, now = _kept(ports, d.preparation.baselines[host].digest), _kept(ports, after[host])
        if was is not None and now is not None:
            diffs |= {(host, name): content_lines(was, now, name) for name in wanted[host]}
    return diffs


def _kept(ports: Ports, digest: str) -> Baseline | None:
    """A record is shown without the content where the store has lost it."""
    try:
        return ports.baselines.get(digest)
    except OrchError:
        return None
