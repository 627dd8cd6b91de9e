"""`orch cmdb audit`, `audits`, `accept`: hosts against what is recorded of them, and what people accept."""

from __future__ import annotations

import json
from pathlib import Path

import click

from orchestrator.cli.options.common_options import by_option, json_option
from orchestrator.cli.options.signing_key import speaking_key_option
from orchestrator.cli.options.words_option import WORDS
from orchestrator.cli.views.audit_view import audit_json, audit_lines, audits_lines, finding_json, open_lines
from orchestrator.cli.views.owed_audits import say_owed_audits
from orchestrator.cli.views.table import print_table
from orchestrator.cli.wiring import ports_to_look as ports_of_home
from orchestrator.domain.journal.events import HOUSE
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.ports import Ports
from orchestrator.engine.use_cases import accept_drift
from orchestrator.engine.use_cases.cmdb_audit import Asked, under_way
from orchestrator.engine.use_cases.cmdb_audit import audit as make_audit
from orchestrator.errors import DriftFound, ExitCode, NotFound, UsageFault
from orchestrator.policy.evidence.audit_history import Audit, AuditHistory, history_of
from orchestrator.policy.evidence.audit_results import verdict_of


@click.command()
@click.option("--environment", "environments", multiple=True, help="Only hosts of this environment.")
@click.option("--hosts", multiple=True, metavar="HOST[,HOST]", help="Only these hosts.")
@click.option("--show", metavar="ID", help="Show an earlier audit, and ask no host.")
@click.option(
    "--csv",
    "csv_file",
    type=click.Path(path_type=Path, allow_dash=True),
    help="Write a row for each host and each difference.",
)
@json_option
@by_option
def audit(
    environments: tuple[str, ...],
    hosts: tuple[str, ...],
    show: str | None,
    csv_file: Path | None,
    as_json: bool,  # noqa: FBT001 (click calls it)
    by: str,
) -> int:
    """Compare hosts with what deployments recorded of them [default: every host on record], and put the results on record.

    Each host is visited once, and only read. The exit code is 0 when every host is as recorded, 14 when anything differs,
    4 when a host could not be compared: missing data never counts as recorded (docs/cmdb-audit.md).
    """
    if show is not None and (environments or hosts):
        raise UsageFault("--show is of one earlier audit; leave --environment and --hosts out.")
    if as_json and csv_file is not None:
        raise UsageFault("--json is for standard output; choose it or --csv.")
    ports = ports_of_home()
    if show is not None:
        history = history_of(ports.journal.read(HOUSE))
        _print(_named(history, show), history, csv_file, as_json=as_json)
        return ExitCode.COMPLETED
    done = make_audit(ports, Asked(environments, _split(hosts)), by=by)
    _print(done, history_of(ports.journal.read(HOUSE)), csv_file, as_json=as_json)
    verdict = verdict_of(done)
    if verdict == "drift":
        raise DriftFound(f"Hosts are not as recorded; orch cmdb audit --show {done.id} shows it again.")
    return ExitCode.COMPLETED if verdict == "as_recorded" else ExitCode.REFUSED


@click.command()
@json_option
def audits(as_json: bool) -> None:  # noqa: FBT001
    """List audits, newest first, with what is owed, and findings that nobody has settled."""
    ports = ports_of_home()
    history = history_of(ports.journal.read(HOUSE))
    newest_first = list(history.audits.values())[::-1]
    runs = _runs(ports, newest_first)
    if as_json:
        for each in newest_first:
            click.echo(json.dumps(audit_json(each, under_way=each.id == runs)))
        for known in history.open.values():
            click.echo(json.dumps(finding_json(known)))
        return
    if newest_first:
        print_table(*audits_lines(newest_first, runs))
    else:
        click.echo("There was no audit yet; orch cmdb audit compares every host on record with reality.")
    say_owed_audits(ports, ports.clock.now())
    for line in open_lines(history):
        click.echo(line)


@click.command()
@click.argument("host")
@click.argument("items", metavar="ITEM...", nargs=-1, required=True)
@click.option("--environment", help="The environment of HOST, where several have a host of that name.")
@click.option("--reason", type=WORDS, required=True, help="Why it is as it should be, for the record.")
@by_option
@speaking_key_option
def accept(host: str, items: tuple[str, ...], environment: str | None, reason: str, by: str) -> None:
    """Accept each ITEM of HOST as the newest audit found it: from now on that is what is expected there.

    ITEM is named as the audit names it, such as "file /etc/shop.conf". The words go on the journal of the house, signed
    where keys are trusted. A later deployment that proves another state of the item counts again.
    """
    if not reason.strip():
        raise UsageFault("--reason: expected words, found nothing.")
    accepted = accept_drift.accept(
        ports_of_home(), host, items, by=by, reason=reason, environment=environment
    )
    for known in accepted:
        words = f"{known.finding.item} on {known.host} is expected from now on as {known.audit} found it."
        click.echo(plain(words, 900))


def _print(done: Audit, history: AuditHistory, csv_file: Path | None, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(audit_json(done)))
        for host in done.hosts:
            click.echo(
                json.dumps({"kind": "cmdb_audit_host", "audit": done.id, **host.model_dump(mode="json")})
            )
        return
    if csv_file is not None:
        from orchestrator.adapters.report.audit_csv import csv_audit
        from orchestrator.cli.views.whole_file import write_whole

        text = csv_audit(done)
        if str(csv_file) == "-":
            click.echo(text, nl=False)
            return
        write_whole(csv_file, text)
        click.echo(f"The audit is in {csv_file}", err=True)
    for line in audit_lines(done, history):
        click.echo(line)


def _named(history: AuditHistory, name: str) -> Audit:
    known = history.audits.get(name)
    if known is None:
        raise NotFound(f"There is no audit {plain(name, 100)}; orch cmdb audits lists them.")
    return known


def _runs(ports: Ports, newest_first: list[Audit]) -> str | None:
    """The audit that is under way: only the newest can be, and only while its process holds the claim."""
    newest = newest_first[0] if newest_first else None
    return newest.id if newest is not None and newest.ended is None and under_way(ports) else None


def _split(hosts: tuple[str, ...]) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for each in hosts for name in each.split(",") if name.strip()))
    if hosts and not names:
        raise UsageFault("--hosts: expected names of hosts, found none.")
    return names
