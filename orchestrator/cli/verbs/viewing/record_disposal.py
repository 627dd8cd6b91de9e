"""`orch record due`, `dispose` and `certificate`: what becomes of records whose time is over."""

from __future__ import annotations

import json
from pathlib import Path

import click

from orchestrator.cli.options.common_options import by_option, json_option
from orchestrator.cli.options.signing_key import speaking_key_option
from orchestrator.cli.options.words_option import WORDS
from orchestrator.cli.views.whole_file import write_whole
from orchestrator.cli.wiring import ports_to_look as ports_of_home
from orchestrator.domain.fold.brief import Brief
from orchestrator.domain.journal.disposals import Disposal
from orchestrator.domain.text.command_word import command_word
from orchestrator.engine.lookup.disposed import disposed
from orchestrator.engine.lookup.snapshots import briefs
from orchestrator.engine.ports import Ports
from orchestrator.errors import UsageFault
from orchestrator.policy.telling.words.disposal_words import disposed_line


@click.command()
@json_option
def due(as_json: bool) -> None:  # noqa: FBT001
    """List archived records whose time is over, with those that are under legal hold, and disposals that are not finished."""
    ports = ports_of_home()
    over, begun = _due(ports), _unfinished(ports)
    if as_json:
        for line in (*map(_due_object, over), *map(_begun_object, begun)):
            click.echo(json.dumps(line))
        return
    for d in over:
        held = ", under legal hold: to be kept" if d.legal_hold else ""
        click.echo(f"{d.id}: kept until {d.keep_until:%Y-%m-%d}{held}")
    for disposal in begun:
        click.echo(disposed_line(disposal.begun.deployment, disposal.seen))
    if any(not d.legal_hold for d in over):
        click.echo("Dispose of those that are not held: orch record dispose --all-due --reason WHY")
    if not over and not begun:
        click.echo("No record's time is over.")


@click.command()
@click.argument("deployments", nargs=-1)
@click.option(
    "--all-due",
    is_flag=True,
    help="All records that are due and not held, and disposals that are not finished.",
)
@click.option(
    "--reason", type=WORDS, required=True, help="Why now, for the journal of the house and the certificate."
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    default=Path(),
    help="The folder for the certificates; the present one if it is not given.",
)
@by_option
@speaking_key_option
def dispose(deployments: tuple[str, ...], all_due: bool, reason: str, out: Path, by: str) -> None:  # noqa: FBT001
    """Dispose of the records of DEPLOYMENTS for ever, and write a certificate for each.

    A record is disposed of once it is archived, its time is over, nobody holds it, and nothing is owed. What it said is
    removed: events, baselines, attached files, files of its runs, and its copy of the project. What proves the rest of the log
    stays. A command that was cut off is repeated, and goes on.
    """
    from orchestrator.engine.use_cases.disposal import dispose as dispose_of

    if not reason.strip():
        raise UsageFault("--reason: expected words, found nothing.")
    if all_due == bool(deployments):
        raise UsageFault("Name deployments, or say --all-due: expected one of the two.")
    ports = ports_of_home()
    names = list(deployments) or [
        *(d.id for d in _due(ports) if not d.legal_hold),
        *(each.begun.deployment for each in _unfinished(ports)),
    ]
    for name in dispose_of(ports, names, by=by, reason=reason) if names else ():
        file = _write_certificate(ports, name, out / f"{name}.orch-disposal.json")
        click.echo(f"{name} is disposed of; its certificate is in {file}")
    if not names:
        click.echo("No record's time is over.")


@click.command()
@click.argument("deployment")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write; the deployment's id with .orch-disposal.json if it is not given.",
)
def certificate(deployment: str, out: Path | None) -> None:
    """Write the certificate of disposal of DEPLOYMENT, as often as it is wanted."""
    file = _write_certificate(ports_of_home(), deployment, out)
    click.echo(f"The certificate is in {file}")
    click.echo(f"Verify it here or elsewhere: orch record verify {command_word(str(file))}")


def _write_certificate(ports: Ports, name: str, file: Path | None) -> Path:
    from orchestrator.bootstrap.versions import programs
    from orchestrator.engine.use_cases.disposal_certificates import certificate_of, enveloped_certificate
    from orchestrator.engine.use_cases.record_secrets import RecordGuard

    statement = certificate_of(ports, name, programs())
    RecordGuard(ports, name).refuse_text("its certificate", statement.model_dump_json())
    written = file or Path(f"{statement.predicate.deployment}.orch-disposal.json")
    write_whole(written, enveloped_certificate(ports, statement))
    return written


def _due(ports: Ports) -> list[Brief]:
    now = ports.clock.now()
    return [d for d in briefs(ports.journal) if d.keep_until is not None and d.keep_until <= now]


def _unfinished(ports: Ports) -> list[Disposal]:
    return [each for each in disposed(ports.journal).values() if each.finished is None]


def _due_object(d: Brief) -> dict[str, object]:
    until = d.keep_until.isoformat() if d.keep_until is not None else None
    return {"kind": "record_due", "deployment": d.id, "until": until, "legal_hold": d.legal_hold}


def _begun_object(disposal: Disposal) -> dict[str, object]:
    begun = {"deployment": disposal.begun.deployment, "at": disposal.at.isoformat(), "by": disposal.begun.by}
    return {"kind": "disposal_not_finished", **begun}
