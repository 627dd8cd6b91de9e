"""`orch record`: what was done, by whom, when, on what authority and with what result."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchestrator.cli.options.common_options import json_option
from orchestrator.cli.verbs.viewing.attachments import attachments
from orchestrator.cli.verbs.viewing.record_keeping import archive, due, hold, release
from orchestrator.cli.views.whole_file import write_whole
from orchestrator.cli.wiring import ports_to_look as ports_of_home
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.baseline import Baseline
from orchestrator.domain.journal.events import Recorded, RestorationCompared
from orchestrator.engine.lookup.deployment_lookup import find
from orchestrator.engine.ports import Ports
from orchestrator.errors import OrchError, UsageFault
from orchestrator.policy.evidence.drift import content_lines
from orchestrator.policy.telling.words.change_words import GROUPS_SHOWN

if TYPE_CHECKING:
    from orchestrator.domain.authority.approval import SignedApproval
    from orchestrator.domain.authority.word import SignedWord
    from orchestrator.policy.authority.signature_states import StatementSignature


@click.group()
def record() -> None:
    """Deployment records: the evidence of each deployment."""


for command in (attachments, archive, hold, release, due):
    record.add_command(command)


@record.command()
@click.argument("deployment", required=False)
@click.option(
    "--html",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the whole record to this file, as one page that needs nothing else.",
)
@json_option
def show(deployment: str | None, html: Path | None, as_json: bool) -> None:  # noqa: FBT001
    """Show the record of DEPLOYMENT [default: the open one, else the newest].

    The record is text, a page (--html), or the journal itself in JSON lines (--json). Each signature is verified by the keys
    that are trusted now.
    """
    if html is not None and as_json:
        raise UsageFault("--html and --json are two forms of the record; choose one.")
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
    elif html is not None:
        from orchestrator.adapters.report import html_record

        diffs, deployed = diffs_of(ports, current, records), deployed_diffs_of(ports, current)
        write_whole(html, html_record(records, ports.clock.now(), diffs, deployed, signatures))
        click.echo(f"The record of {current.id} is in {html}")
    else:
        from orchestrator.adapters.report import text_record

        click.echo(text_record(records, ports.clock.now(), signatures), nl=False)


def _signatures(
    ports: Ports, d: Deployment, records: list[Recorded]
) -> Mapping[SignedApproval | SignedWord, StatementSignature]:
    """The worth of each signature. Where the keys cannot be read, the record says that none was verified."""
    from orchestrator.engine.lookup.signature_check import signatures_of

    try:
        return signatures_of(ports, d, records)
    except OrchError as unreadable:
        click.echo(f"No signature was verified, because the keys cannot be read: {unreadable}", err=True)
        return {}


def diffs_of(ports: Ports, d: Deployment, records: list[Recorded]) -> dict[tuple[str, str], list[str]]:
    """Line by line changes of files that differ after the backout, where the baselines kept their content."""
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


FILES_SHOWN = 50
"""Files of a group of hosts whose text is shown on the page."""


def deployed_diffs_of(ports: Ports, d: Deployment) -> dict[tuple[str, str], list[str]]:
    """Line by line changes of files that the waves changed, of the first host of each group with equal changes."""
    diffs: dict[tuple[str, str], list[str]] = {}
    for group in d.changes.groups[:GROUPS_SHOWN]:
        host = group.hosts[0]
        names = list(dict.fromkeys(each.name for each in group.changes if each.kind == "file"))[:FILES_SHOWN]
        before, after = d.preparation.baselines.get(host), d.changes.baselines.get(host)
        if not names or before is None or after is None:
            continue
        was, now = _kept(ports, before.digest), _kept(ports, after.digest)
        if was is not None and now is not None:
            diffs |= {(host, name): content_lines(was, now, name) for name in names}
    return diffs


def _kept(ports: Ports, digest: str) -> Baseline | None:
    """A stored baseline; None when the store has lost it, and the record then shows no content."""
    try:
        return ports.baselines.get(digest)
    except OrchError:
        return None
